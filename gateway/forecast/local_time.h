// Local time as a forecast and a tariff see it: the day of the week, the second of the day, and the
// same time of earlier days although clocks were changed in between. Pure, re-entrant.
#pragma once

#include <cstdint>

#include "core/base/time_zone.h"
#include "core/base/units.h"

namespace fairfeed::forecast {

struct LocalTime {
    std::int64_t day = 0;  // of the week; Monday is 0
    std::int64_t second_of_day = 0;

    [[nodiscard]] bool is_weekend() const { return day >= 5; }
    bool operator==(const LocalTime&) const = default;
};

[[nodiscard]] LocalTime local_time(const TimeZone& zone, std::int64_t utc_s);

// The instant `days` local days earlier at the same time of the clock. If that hour did not come,
// what a clock that was not changed would have shown counts; if it came twice, either.
[[nodiscard]] std::int64_t days_before(const TimeZone& zone, std::int64_t utc_s, std::int64_t days);

}  // namespace fairfeed::forecast
