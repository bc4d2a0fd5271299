#include "meter-sim/solar.h"

#include <algorithm>

#include "core/base/units.h"
#include "meter-sim/grid_calendar.h"
#include "meter-sim/variation.h"

namespace fairfeed {

namespace {

constexpr std::int64_t kHalfTurn = 180'000;  // in thousandths of degrees, as all angles here
constexpr std::int64_t kFullTurn = 2 * kHalfTurn;
constexpr std::int64_t kObliquity = 23'440;
constexpr std::int64_t kDaysPerYear = 365;
constexpr std::int64_t kStandardIrradiance = 1000;  // W/m2 at which panels give their nominal power
constexpr std::int64_t kRoofPpm = 850'000;

std::int64_t declination_mdeg(std::int64_t grid_s) {
    return -kObliquity * cosine_ppm(kFullTurn * (day_of_year(grid_s) + 10) / kDaysPerYear) / kPpm;
}

}  // namespace

std::int64_t sine_ppm(std::int64_t angle_mdeg) {
    const auto turned = static_cast<std::int64_t>(floor_mod(angle_mdeg, kFullTurn));
    const std::int64_t x = turned % kHalfTurn;
    const std::int64_t product = x * (kHalfTurn - x);
    const std::int64_t sine =
        4 * product * 1000 / ((5 * kHalfTurn * kHalfTurn / 4 - product) / 1000);
    return turned < kHalfTurn ? sine : -sine;
}

std::int64_t cosine_ppm(std::int64_t angle_mdeg) {
    return sine_ppm(angle_mdeg + kHalfTurn / 2);
}

std::int64_t sun_elevation_sine_ppm(std::int64_t latitude_mdeg, std::int64_t grid_s) {
    const std::int64_t declination = declination_mdeg(grid_s);
    const std::int64_t hour_angle =
        (second_of_day(grid_s) - kSecondsPerDay / 2) * kFullTurn / kSecondsPerDay;
    return sine_ppm(latitude_mdeg) * sine_ppm(declination) / kPpm +
           cosine_ppm(latitude_mdeg) * cosine_ppm(declination) / kPpm * cosine_ppm(hour_angle) /
               kPpm;
}

std::int64_t clear_sky_w_m2(std::int64_t elevation_sine_ppm) {
    return std::max<std::int64_t>(0, 910 * elevation_sine_ppm / kPpm - 30);
}

std::int64_t weather_ppm(std::uint64_t seed, std::int64_t grid_s) {
    const std::uint64_t today = mix_number(mix_name(seed, "weather"), day_of(grid_s));
    // Of ten days, seven are fair, two are mixed, one is grey.
    const std::int64_t kind = pick(today, 0, 9);
    const std::int64_t day = kind < 7   ? pick(mix(today), 850'000, 1'000'000)
                             : kind < 9 ? pick(mix(today), 550'000, 800'000)
                                        : pick(mix(today), 200'000, 400'000);
    const std::int64_t hour = second_of_day(grid_s) / kSecondsPerHour;
    return day * pick(mix_number(today, hour), 900'000, 1'000'000) / kPpm;
}

std::int64_t solar_power_w(std::uint64_t seed, std::int64_t latitude_mdeg, std::int64_t nominal_w,
                           std::int64_t quarter_start_s) {
    const std::int64_t middle_s = quarter_start_s + kSecondsPerQuarter / 2;
    const std::int64_t clear = clear_sky_w_m2(sun_elevation_sine_ppm(latitude_mdeg, middle_s));
    const Int128 power = Int128{nominal_w} * clear * weather_ppm(seed, middle_s) / kPpm * kRoofPpm /
                         kPpm / kStandardIrradiance;
    return std::min(nominal_w, static_cast<std::int64_t>(power));
}

}  // namespace fairfeed
