// Dates and times as meters' portals write them. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "meter-sim/imports/read_series.h"

namespace fairfeed::imports {

enum class DateOrder { day_first, month_first };  // of dates that do not begin with the year

// A date and a time: 2024-01-31T10:15:00+01:00, 2024-01-31 10:15, 31-01-2024 10:15:00, 31.1.2024
// 10:15, 31-Jan-2024 10:15, Jan 31, 2024 10:15 AM, 1/31/2024 10:15 PM, 20240131 1015, 2024-01-31
// 10:15:00 CEST+0200, a date alone (midnight), or seconds or milliseconds since 1970. 24:00 is
// midnight at the end of the day. Fractions of a second are dropped. nullopt: none of these.
[[nodiscard]] std::optional<Stamp> parse_stamp(std::string_view text, DateOrder order);

}  // namespace fairfeed::imports
