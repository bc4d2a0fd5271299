// Checks of a settlement that need no data key: its place in the cluster's history, its entries
// against the readings in front of it, its endorsements, and the arithmetic of its public part
// (protocol 4, docs/state.md). execution.h calls check_group for blocks. A committee calls
// check_settlement_place before it endorses; it recomputes the totals from the opened readings
// instead of checking them here (cluster_accounts.h). Pure; checks run in order of cost, signatures
// last.
#pragma once

#include <span>

#include "core/base/result.h"
#include "core/model/reject.h"
#include "core/model/transaction.h"
#include "core/state/signature_checker.h"
#include "core/state/state.h"

namespace fairfeed {

// The readings in the order of listed_readings, and the settlement that lists them, as a block
// holds them.
struct SettlementGroup {
    std::span<const Transaction> readings;
    const Transaction& settlement;
};

struct GroupFault {
    Reject reason;
    std::size_t transaction = 0;  // index in the group; the settlement is the last
};

// Checks cluster, window, predecessor, rule, basis, proposer, entries, key epochs, late readings
// and factors (those that bound are the chain's), and that no change entered the chain since
// state_height. Totals and signatures are checked elsewhere.
[[nodiscard]] Result<void, Reject> check_settlement_place(const ChainState& state,
                                                          const Settlement& settlement);

// Checks the public arithmetic: the figures that follow from L, G, D, the capacities and the
// tariff, and as much of the true-up as needs no data key (late_rules.h).
[[nodiscard]] Result<void, Reject> check_settlement_totals(const ChainState& state,
                                                           const Settlement& settlement);

// check_settlement_totals without the capacities: only the totals, the number of meters that they
// are of, and the tariff and span of their window are needed.
[[nodiscard]] Result<void, Reject> check_totals_alone(const SettlementTotals& totals,
                                                      std::size_t meters, const Tariff& tariff,
                                                      std::int64_t start_s,
                                                      std::int64_t window_seconds);

// Whether the chain may accept this reading: a registered and effective meter, its cluster, network
// and key epoch, a window without a reading, a sequence between those of its neighbours. The
// signature is not checked.
[[nodiscard]] Result<void, Reject> check_reading_header(const ChainState& state, Window window,
                                                        const ReadingHeader& header);

// Sum of the authorised capacities of a settlement's entries.
[[nodiscard]] std::int64_t capacity_sum_w(const ChainState& state, const Settlement& settlement);

// Whether grid(time_ms) has reached the end of the window (rule 12).
[[nodiscard]] bool window_is_over(const ChainState& state, Window window, std::int64_t time_ms);

[[nodiscard]] Result<void, GroupFault> check_group(const ChainState& state,
                                                   const SettlementGroup& group,
                                                   std::int64_t time_ms,
                                                   SignatureChecker& signatures);

// Only for a group that check_group accepted on this state; for a block of this height and time.
void apply_group(ChainState& state, const SettlementGroup& group, Height height,
                 std::int64_t time_ms);

}  // namespace fairfeed
