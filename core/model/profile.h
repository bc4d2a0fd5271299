// A window in quarter hours, and the shares that bind in it.
#pragma once

#include <cstdint>
#include <vector>

namespace fairfeed {

// Energy of one quarter hour. load = import + generation - export.
struct QuarterHour {
    std::int64_t import_wh = 0;
    std::int64_t export_wh = 0;
    std::int64_t generation_wh = 0;
    bool operator==(const QuarterHour&) const = default;
};
using Profile = std::vector<QuarterHour>;  // window_seconds / 900 entries, in time order

// A share and the grid second from which it binds, until a later one does.
struct ShareInForce {
    std::int64_t share_w = 0;
    std::int64_t from_s = 0;
    bool operator==(const ShareInForce&) const = default;
};
using ShareSchedule = std::vector<ShareInForce>;  // ascending from_s; among equals the last binds

}  // namespace fairfeed
