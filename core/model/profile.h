// What a meter's window looks like inside: one entry per quarter hour, in order from the window's
// start, and the shares that bound the meter meanwhile. Plain values without rules; the register
// readings at both ends of a window differ by the sum of its profile.
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

// The share of who has none: all of the capacity, whatever that is by then.
constexpr std::int64_t kNoShareW = 1'000'000'000'000;

// A share and the grid second from which it binds. In a schedule, ascending by from_s, the last
// entry with from_s <= start of the quarter hour binds in it; without one the meter has 100 %.
struct ShareInForce {
    std::int64_t share_w = 0;
    std::int64_t from_s = 0;

    bool operator==(const ShareInForce&) const = default;
};

using ShareSchedule = std::vector<ShareInForce>;

}  // namespace fairfeed
