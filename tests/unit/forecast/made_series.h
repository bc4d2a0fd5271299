// Series for the tests of forecasts, from a rule instead of a recording.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/time_zone.h"
#include "gateway/forecast/local_time.h"
#include "gateway/forecast/outlook.h"

namespace fairfeed::forecast {

constexpr std::int64_t kMonday = 1'470'614'400;  // 2016-08-08 00:00 UTC
constexpr std::int64_t kWindow = 14'400;
constexpr std::int64_t kWindowsPerWeek = kSecondsPerWeek / kWindow;

// A window for each value of `rule(start)`, which may be nullopt.
template <class Rule>
WindowSeries made_series(std::int64_t start_s, std::int64_t windows, std::int64_t window_s,
                         Rule rule) {
    std::vector<std::optional<std::int64_t>> wh;
    for (std::int64_t i = 0; i < windows; ++i)
        wh.push_back(rule(start_s + i * window_s));
    return WindowSeries(start_s, window_s, std::move(wh));
}

// Europe's rule in 2016 and 2017, without files.
inline TimeZone middle_europe() {
    return TimeZone("Europe/Berlin", {{1'445'734'800, 3600},    // 2015-10-25 01:00 UTC
                                      {1'459'040'400, 7200},    // 2016-03-27
                                      {1'477'789'200, 3600},    // 2016-10-30
                                      {1'490'490'000, 7200},    // 2017-03-26
                                      {1'509'238'800, 3600}});  // 2017-10-29
}

// Wh by the hour of the clock, other on weekends.
inline std::int64_t by_the_clock(const TimeZone& zone, std::int64_t utc_s) {
    const LocalTime local = local_time(zone, utc_s);
    return 1000 + local.second_of_day / 60 + (local.is_weekend() ? 5000 : 0);
}

}  // namespace fairfeed::forecast
