#include "gateway/forecast/local_time.h"

namespace fairfeed::forecast {

namespace {

constexpr std::int64_t kDayOfTheEpoch = 3;  // 1970-01-01 was a Thursday
constexpr std::int64_t kDaysPerWeek = 7;

}  // namespace

LocalTime local_time(const TimeZone& zone, std::int64_t utc_s) {
    const std::int64_t local_s = utc_s + zone.offset_s(utc_s);
    const Int128 days = floor_div(local_s, kSecondsPerDay);
    return {static_cast<std::int64_t>(floor_mod(days + kDayOfTheEpoch, kDaysPerWeek)),
            static_cast<std::int64_t>(floor_mod(local_s, kSecondsPerDay))};
}

std::int64_t days_before(const TimeZone& zone, std::int64_t utc_s, std::int64_t days) {
    const std::int64_t then_s = utc_s - days * kSecondsPerDay;
    return then_s + zone.offset_s(utc_s) - zone.offset_s(then_s);
}

}  // namespace fairfeed::forecast
