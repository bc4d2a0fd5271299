// The settlements of a ledger for people: every settlement of every cluster in order, with its
// lines opened if a key is available. Assumes a sound ledger (a node's own, or one that verify has
// passed), and does not verify signatures again. A value, made in one pass.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "core/accounts/keyholder_accounts.h"
#include "core/contract/forecast.h"
#include "core/ledger/ledger.h"
#include "core/wire/genesis_file_codec.h"

namespace fairfeed {

struct SettledWindow {
    Height height = 0;
    std::int64_t header_time_ms = 0;
    Digest id;
    NodeId proposer;
    Window window = 0;
    std::uint32_t version = 0;
    ShareRule rule = ShareRule::paper;
    ShareBasis basis = ShareBasis::previous_window;  // of the shares settled here
    Factors factors;                                 // as in Settlement
    Factors bound;
    std::size_t endorsements = 0;
    std::vector<SettlementEntry> entries;
    std::vector<ListedReading> late;
    SettlementTotals totals;
    std::int64_t in_force_from_s = 0;                  // grid seconds: when its shares bind
    std::optional<std::vector<SettlementLine>> lines;  // absent without the keys of every line
    // By the quarter hour, with the lines: each meter's energy, in their order, and the cluster's
    // generation. Absent also if the figures are none that an honest committee settles.
    std::optional<std::vector<ObservedMeter>> observed;
    std::vector<std::int64_t> generation_wh;
};

struct LedgerHistory {
    ChainState state;                                          // after the tip
    std::map<ClusterId, std::vector<SettledWindow>> clusters;  // those with at least one settlement
};

// holder: nullptr means no keys. A line that does not open although its key is held is a fault.
[[nodiscard]] Result<LedgerHistory, ReplayFault> read_history(const Ledger& ledger,
                                                              const LoadedGenesis& genesis,
                                                              const Keyholder* holder);

}  // namespace fairfeed
