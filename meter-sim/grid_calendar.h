// Grid seconds as a calendar, for daily and monthly registers (paper A32) and for the seasons of
// the model. Grid time is the meter's local standard time, without daylight saving.
#pragma once

#include <cstdint>

#include "core/base/units.h"

namespace fairfeed {

[[nodiscard]] constexpr std::int64_t day_of(std::int64_t grid_s) {  // since 1970-01-01
    return static_cast<std::int64_t>(floor_div(grid_s, kSecondsPerDay));
}
[[nodiscard]] constexpr std::int64_t second_of_day(std::int64_t grid_s) {
    return static_cast<std::int64_t>(floor_mod(grid_s, kSecondsPerDay));
}
// year * 12 + month - 1: one number per calendar month, ascending.
[[nodiscard]] std::int64_t month_of(std::int64_t grid_s);
[[nodiscard]] std::int64_t day_of_year(std::int64_t grid_s);  // 1..366
[[nodiscard]] bool is_weekend(std::int64_t grid_s);           // Saturday and Sunday

}  // namespace fairfeed
