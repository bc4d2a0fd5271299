// The JSON of settled windows, bills and accounts, as printed by `show` and merged by scripts/demo.
// Energies in Wh, powers in W, money in micro-currency, fractions in ppm, times in grid seconds.
// Figures that no available key opens are null, never empty. Pure.
#pragma once

#include "core/io/json.h"
#include "core/ledger/history.h"

namespace fairfeed {

[[nodiscard]] Json window_json(const NetworkParameters& parameters, const SettledWindow& window);

// The sums over one meter's windows, with true-ups; money is what the meter owes for them.
struct MeterBill {
    std::int64_t load_wh = 0;
    std::int64_t import_wh = 0;
    std::int64_t export_wh = 0;
    std::int64_t credited_wh = 0;
    std::int64_t generation_wh = 0;
    std::int64_t available_wh = 0;
    std::int64_t amount_micro = 0;
    std::int64_t estimated_windows = 0;
    std::int64_t adjusted_micro = 0;  // the part of the amount that was trued up
};
// nullopt if a window's lines are closed.
[[nodiscard]] std::optional<std::map<MeterId, MeterBill>> bills_of(
    const std::vector<SettledWindow>& windows);
// What this cluster owes to the account `grid`, as a posting from public totals.
[[nodiscard]] std::int64_t grid_amount_micro(const std::vector<SettledWindow>& windows);

// {id, committee, committee_class, silent, windows, rules, by_quarter, bills, accounts}
[[nodiscard]] Json cluster_json(const ChainState& state, const ClusterId& cluster,
                                const std::vector<SettledWindow>& windows);

}  // namespace fairfeed
