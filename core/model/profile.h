// The profile of a meter's window: one entry per quarter hour, in order from the window's start,
// and the shares that bound the meter. Plain values without rules; the registers at both ends of a
// window differ by the sum of its profile.
#pragma once

#include <cstdint>
#include <vector>

namespace fairfeed {

// One quarter hour of metered energy. Load is import + generation - export (paper A75).
struct QuarterHour {
    std::int64_t import_wh = 0;
    std::int64_t export_wh = 0;
    std::int64_t generation_wh = 0;

    bool operator==(const QuarterHour&) const = default;
};

using Profile = std::vector<QuarterHour>;

// What a home needs in a quarter hour, and what its generator could make, curtailed or not.
struct QuarterEnergy {
    std::int64_t load_wh = 0;
    std::int64_t available_wh = 0;

    bool operator==(const QuarterEnergy&) const = default;
};

// The share of a meter without a share: it always exceeds the capacity.
constexpr std::int64_t kNoShareW = 1'000'000'000'000;

// A share and the grid second from which it binds. A schedule ascends by from_s. In a quarter hour
// the last entry with from_s <= its start binds; without such an entry the meter has 100 %.
struct ShareInForce {
    std::int64_t share_w = 0;
    std::int64_t from_s = 0;

    bool operator==(const ShareInForce&) const = default;
};

using ShareSchedule = std::vector<ShareInForce>;

// Factors of a window in ppm, one for each quarter hour; empty: kPpm throughout. Under
// `share_resolution: quarter` a share varies over its window: in each quarter hour it is the
// meter's scheduled power times the quarter hour's factor, which is public and one for the whole
// cluster.
using Factors = std::vector<std::int64_t>;

// The factor of a quarter hour in which nobody is curtailed: the share is the capacity. It is also
// the largest factor.
constexpr std::int64_t kUncurtailedPpm = 1'000'000'000;

// A factor and the grid second from which it holds, until the next one. Ascends by from_s, without
// two equal factors in a row. Before the first entry the factor is kPpm.
struct FactorInForce {
    std::int64_t factor_ppm = 0;
    std::int64_t from_s = 0;

    bool operator==(const FactorInForce&) const = default;
};

using FactorSchedule = std::vector<FactorInForce>;

}  // namespace fairfeed
