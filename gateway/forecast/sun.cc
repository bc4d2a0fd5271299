#include "gateway/forecast/sun.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/base/units.h"

namespace fairfeed::forecast {

namespace {

constexpr double kPi = std::numbers::pi;
constexpr double kMinutesPerDay = 1440;
constexpr double kDegreesPerMinute = 0.25;
constexpr double kRoundedTo = 1024;

double radians(double degrees) {
    return degrees * kPi / 180;
}

struct CivilDay {
    std::int64_t year = 0;
    std::int64_t day_of_year = 0;  // from 0
    std::int64_t days_in_year = 365;
};

bool is_leap(std::int64_t year) {
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

std::int64_t days_to_year(std::int64_t year) {  // from 1970-01-01 to January 1
    const auto leaps = [](std::int64_t before) {
        const std::int64_t y = before - 1;
        return static_cast<std::int64_t>(floor_div(y, 4) - floor_div(y, 100) + floor_div(y, 400));
    };
    return 365 * (year - 1970) + leaps(year) - leaps(1970);
}

CivilDay civil_day(std::int64_t utc_s) {
    const auto day = static_cast<std::int64_t>(floor_div(utc_s, kSecondsPerDay));
    auto year = static_cast<std::int64_t>(1970 + floor_div(Int128{day} * 400, 146'097));
    while (days_to_year(year) > day)
        --year;
    while (days_to_year(year + 1) <= day)
        ++year;
    return {year, day - days_to_year(year), is_leap(year) ? 366 : 365};
}

}  // namespace

double sine_of_elevation(const Coordinates& where, std::int64_t utc_s) {
    const CivilDay today = civil_day(utc_s);
    const auto second = static_cast<double>(floor_mod(utc_s, kSecondsPerDay));
    const double hour = second / kSecondsPerHour;
    const double year = 2 * kPi / static_cast<double>(today.days_in_year) *
                        (static_cast<double>(today.day_of_year) + (hour - 12) / 24);
    const double declination = 0.006918 - 0.399912 * std::cos(year) + 0.070257 * std::sin(year) -
                               0.006758 * std::cos(2 * year) + 0.000907 * std::sin(2 * year) -
                               0.002697 * std::cos(3 * year) + 0.00148 * std::sin(3 * year);
    const double equation_min =
        229.18 * (0.000075 + 0.001868 * std::cos(year) - 0.032077 * std::sin(year) -
                  0.014615 * std::cos(2 * year) - 0.040849 * std::sin(2 * year));
    const double solar_min = second / kSecondsPerDay * kMinutesPerDay + equation_min +
                             where.longitude_deg / kDegreesPerMinute;
    const double hour_angle = radians(solar_min * kDegreesPerMinute - 180);
    const double latitude = radians(where.latitude_deg);
    return std::sin(latitude) * std::sin(declination) +
           std::cos(latitude) * std::cos(declination) * std::cos(hour_angle);
}

double clear_sky_w_per_m2(double sine_of_elevation) {
    if (sine_of_elevation <= 0) return 0;
    return 1098 * sine_of_elevation * std::exp(-0.059 / sine_of_elevation);
}

double ClearSky::mean(std::int64_t from_s) {
    if (!where_) return 0;
    const auto [found, is_new] = known_.emplace(from_s, 0.0);
    if (!is_new) return found->second;
    const std::int64_t samples = std::max<std::int64_t>(1, window_s_ / kSecondsPerQuarter);
    double sum = 0;
    for (std::int64_t i = 0; i < samples; ++i) {
        const std::int64_t middle_s = from_s + (2 * i + 1) * window_s_ / (2 * samples);
        sum += clear_sky_w_per_m2(sine_of_elevation(*where_, middle_s));
    }
    found->second = std::round(sum / static_cast<double>(samples) * kRoundedTo) / kRoundedTo;
    return found->second;
}

}  // namespace fairfeed::forecast
