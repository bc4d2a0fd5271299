// What anybody can check of a settlement without a key: its place in the cluster's history, its
// entries against the readings in front of it, its endorsements, and the arithmetic of its public
// part (protocol 4, docs/state.md). Used by execution.h for blocks and by a committee before it
// endorses. Pure; checks are in order of cost, signatures last.
#pragma once

#include <span>

#include "core/state/execution.h"

namespace fairfeed {

// Readings in the order of listed_readings and the settlement that lists them, as they stand in a
// block.
struct SettlementGroup {
    std::span<const Transaction> readings;
    const Transaction& settlement;
};

struct GroupFault {
    Reject reason;
    std::size_t transaction = 0;  // index in the group; the settlement is the last
};

// Cluster, window, predecessor, rule, proposer, entries, key epochs, late readings, and that
// nothing changed since state_height. Everything but totals and signatures.
[[nodiscard]] Result<void, Reject> check_settlement_place(const ChainState& state,
                                                          const Settlement& settlement);

// The public arithmetic: what follows from L, G, D, the capacities and the tariff; and of what is
// trued up, as far as it can be told without keys (late_rules.h).
[[nodiscard]] Result<void, Reject> check_settlement_totals(const ChainState& state,
                                                           const Settlement& settlement);

// The same as far as the settlement itself and its tariff tell it: without the capacities.
[[nodiscard]] Result<void, Reject> check_totals_alone(const Settlement& settlement,
                                                      const Tariff& tariff);

// May the chain take this reading: registered and effective meter, its cluster, network and key
// epoch, a window that was not read, a sequence between its neighbours'. Not its signature.
[[nodiscard]] Result<void, Reject> check_reading_header(const ChainState& state, Window window,
                                                        const ReadingHeader& header);

// Sum of the authorised capacities of a settlement's entries.
[[nodiscard]] std::int64_t capacity_sum_w(const ChainState& state, const Settlement& settlement);

// grid(time_ms) has reached the end of the window (rule 12).
[[nodiscard]] bool window_is_over(const ChainState& state, Window window, std::int64_t time_ms);

[[nodiscard]] Result<void, GroupFault> check_group(const ChainState& state,
                                                   const SettlementGroup& group,
                                                   std::int64_t time_ms,
                                                   SignatureChecker& signatures);

// Only for a group that check_group accepted on this state.
void apply_group(ChainState& state, const SettlementGroup& group, Height height);

}  // namespace fairfeed
