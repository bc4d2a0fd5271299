// `edge-node show`: the content of a ledger, for people and, with --json, for scripts. Without keys
// it prints the public totals; with a node's configuration also the lines, shares and bills of the
// clusters that the node witnesses. It assumes a sound ledger; `verify` checks it. Reads only;
// main.cc owns the command line.
#pragma once

#include <iosfwd>
#include <string>

#include "edge-node/commands/opened_ledger.h"

namespace fairfeed {

struct ShowBlocksOptions {
    LedgerSource source;
    bool json = false;
};
struct ShowSettlementOptions {
    LedgerSource source;
    std::string cluster;
    Window window = 0;
    bool json = false;
};
struct ShowClustersOptions {
    LedgerSource source;
    bool json = false;
};

struct ShowEvidenceOptions {
    LedgerSource source;
    bool json = false;
};
struct ShowNodesOptions {
    LedgerSource source;
    bool json = false;
};

struct ShowOfficeOptions {
    LedgerSource source;
    bool json = false;
};

// 0: shown. 1: the ledger is damaged, or has no such block. 2: unreadable input.
[[nodiscard]] int run_show_blocks(const ShowBlocksOptions& options, std::ostream& out,
                                  std::ostream& err);
[[nodiscard]] int run_show_settlement(const ShowSettlementOptions& options, std::ostream& out,
                                      std::ostream& err);
[[nodiscard]] int run_show_clusters(const ShowClustersOptions& options, std::ostream& out,
                                    std::ostream& err);

// EVIDENCE and EVENT transactions, in the order of the chain.
[[nodiscard]] int run_show_evidence(const ShowEvidenceOptions& options, std::ostream& out,
                                    std::ostream& err);
// The public counts of every node: reissues, takeovers, evidence against it.
[[nodiscard]] int run_show_nodes(const ShowNodesOptions& options, std::ostream& out,
                                 std::ostream& err);

// Who decides for the utility, how many of them must agree, and which meters they deauthorised.
[[nodiscard]] int run_show_office(const ShowOfficeOptions& options, std::ostream& out,
                                  std::ostream& err);

}  // namespace fairfeed
