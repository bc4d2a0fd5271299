// Shares that vary over a window (`share_resolution: quarter`). A settlement gives each meter a
// power, sealed, and the cluster one factor for each quarter hour, public. The share that binds in
// a quarter hour is floor(power * factor / 10^6), and never above the capacity (binding_share_w).
// By `paper` and `waterfill` the power is the certified capacity, so anybody can compute the share
// of any meter. Pure integers.
#pragma once

#include "core/contract/forecast.h"

namespace fairfeed {

// Whether the schedule ascends, and every share in it is in [0, kNoShareW].
[[nodiscard]] bool is_schedule(const ShareSchedule& shares);

// kNoShareW where the factor is kUncurtailedPpm, or the meter has no share. power_w in [0,
// kNoShareW], factor_ppm in [0, kUncurtailedPpm].
[[nodiscard]] std::int64_t scheduled_share_w(std::int64_t power_w, std::int64_t factor_ppm);

// The schedule of a meter's powers under the factors of a window that starts at start_s: one entry
// for each quarter hour. Without factors the result is `powers`. is_schedule(powers).
[[nodiscard]] ShareSchedule in_quarters(const ShareSchedule& powers, const Factors& factors,
                                        std::int64_t start_s);

// What a power settled for the window that starts at start_s means to its meter: one entry for each
// change, all of them at from_s or later. Factors of quarter hours before from_s do not bind,
// except that the last of them binds from from_s on. Without factors the power binds from from_s.
// Example: 4000 W from second 1000 on, factors of 100 %, 50 %, 50 % and 25 % from start_s = 0 on.
// The quarter hours begin at 0, 900, 1800 and 2700, so the meter has 2000 W from 1000 on and 1000 W
// from 2700 on.
[[nodiscard]] ShareSchedule told_schedule(const ShareInForce& power, const Factors& factors,
                                          std::int64_t start_s);

// Enters the factors settled for the window that starts at start_s, as told_schedule does. They
// replace what was to hold at from_s or later.
void add_factors(FactorSchedule& schedule, const Factors& factors, std::int64_t start_s,
                 std::int64_t from_s);
// Drops what no quarter hour from needed_s on depends on.
void forget_factors(FactorSchedule& schedule, std::int64_t needed_s);
// One factor for each of the quarter hours from start_s on.
[[nodiscard]] Factors factors_in_force(const FactorSchedule& schedule, std::int64_t start_s,
                                       std::size_t quarters);

// The shares that a settlement plans for a later window.
struct PlannedShares {
    ShareBasis basis = ShareBasis::previous_window;  // what they came from
    Factors factors;                                 // empty: one share for the whole window
    std::vector<MeterShare> powers;                  // in the order of the meters

    bool operator==(const PlannedShares&) const = default;
};

// From the quarter hours of one settled window. For each of them the rule's shares are computed as
// for a window of its own (compute_shares). The factor is their sum over the sum of the powers, in
// whole ppm (floor), so the shares never add up to more. The meters ascend, and each has so many
// quarter hours. Without meters nobody is curtailed.
[[nodiscard]] PlannedShares plan_from_window(ShareRule rule, ShareBasis basis,
                                             const std::vector<ObservedMeter>& meters,
                                             std::size_t quarters);

// From the forecast for a window that starts at start_s; nullopt: some of its quarter hours have no
// history. By `generation` the power is the mean power that the meter is expected to have available
// in the window.
[[nodiscard]] std::optional<PlannedShares> plan_from_history(
    const ClusterHistory& history, const ForecastParameters& parameters, std::int64_t start_s,
    std::int64_t window_seconds, const std::vector<MeterCapacity>& meters);

}  // namespace fairfeed
