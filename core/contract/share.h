// The Magnitude of Energy Share: the power up to which each meter of a cluster may generate, from
// one window's energy (paper A75-A83). Pure integer arithmetic on exact fractions; knows no money,
// no profile, no chain. docs/contract.md derives it. The caller keeps its figures within the limits
// below, so that every product fits 128 bits (settle_window refuses others by name). Re-entrant.
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/ids.h"
#include "core/base/units.h"
#include "core/model/share_rule.h"

namespace fairfeed {

constexpr std::int64_t kMaxWindowSeconds = 1'000'000;                 // 11.5 days
constexpr std::int64_t kMaxClusterWatts = 1'000'000'000'000;          // sum of C: 1 TW
constexpr std::int64_t kMaxClusterWattHours = 1'000'000'000'000'000;  // L, G: 1 PWh

// A meter that may have generated. Consumers may be listed too (only load_wh above zero).
struct Producer {
    MeterId meter;
    std::int64_t capacity_w = 0;    // authorised installed capacity C_i
    std::int64_t available_wh = 0;  // possible generation, curtailed or not
    std::int64_t load_wh = 0;

    bool operator==(const Producer&) const = default;
};

struct MeterShare {
    MeterId meter;
    std::int64_t mes_w = 0;

    bool operator==(const MeterShare&) const = default;
};

struct Shares {
    std::int64_t d_wh = 0;     // D = G - L: surplus is positive (in paper A75 the other way round)
    std::int64_t df_ppm = 0;   // floor of DF = D / (T * sum C) in [0, 1], by any rule (paper A80)
    std::int64_t psa_ppm = 0;  // 10^6 - df_ppm (paper A81)
    std::vector<MeterShare> shares;        // in the order of the producers
    std::int64_t mes_sum_w = 0;            // floor of the exact sum
    std::int64_t residual_surplus_wh = 0;  // what the shares leave uncurtailed; floor
    std::int64_t conventional_wh = 0;      // max(0, -D): energy from the grid (paper A77)

    bool operator==(const Shares&) const = default;
};

// Shares of one cluster and window. load_wh is L over all meters, available_wh is G. The producers
// ascend by meter, their available_wh sums to G and their load_wh to at most L. A broken
// precondition is the caller's bug (CHECK). D <= 0: MES_i = C_i. D > 0 and sum C = 0: DF = 1, and
// there are no shares. Otherwise the rule decides; no MES_i is above C_i.
[[nodiscard]] Shares compute_shares(ShareRule rule, std::int64_t window_seconds,
                                    std::int64_t load_wh, std::int64_t available_wh,
                                    const std::vector<Producer>& producers);

// The most that a factor of shares_at_factor may be.
constexpr std::int64_t kMaxFactorPpm = 2 * kPpm;

// Shares by a factor in [0, kMaxFactorPpm] that somebody else found (forecast.h), within the same
// limits and rounded in the same way: by `generation` min(C_i, factor * available_i / T), by the
// other rules min(1, factor) * C_i.
[[nodiscard]] std::vector<MeterShare> shares_at_factor(ShareRule rule, std::int64_t window_seconds,
                                                       std::int64_t factor_ppm,
                                                       const std::vector<Producer>& producers);

}  // namespace fairfeed
