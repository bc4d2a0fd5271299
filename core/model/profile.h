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

}  // namespace fairfeed
