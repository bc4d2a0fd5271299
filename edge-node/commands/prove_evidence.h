// `edge-node prove evidence`: writes one file that proves an offence to anybody with the genesis
// file. It needs no key and contains none. main.cc owns the command line.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <optional>
#include <string>

#include "core/proof/evidence_proof.h"
#include "edge-node/commands/opened_ledger.h"

namespace fairfeed {

struct ProveEvidenceOptions {
    LedgerSource source;
    std::string wanted;  // id of the transaction in hex, or the culprit's name for its last offence
    std::optional<std::filesystem::path> out;  // default: <culprit>-<id begin>.evidence
};

// 0: written. 1: there is no such evidence. 2: unreadable input. An existing file is not replaced.
[[nodiscard]] int run_prove_evidence(const ProveEvidenceOptions& options, std::ostream& out,
                                     std::ostream& err);

// Prints check-proof's findings on an evidence file, for people or as JSON.
void print_evidence(const EvidenceFindings& findings, bool json, std::ostream& out);

}  // namespace fairfeed
