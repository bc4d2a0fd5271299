#include "gateway/forecast/sun.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace fairfeed::forecast {
namespace {

constexpr Coordinates kGreenwich{51.48, 0};
constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kMarch20 = 1'489'968'000;     // 2017-03-20 00:00 UTC
constexpr std::int64_t kJune21 = 1'498'003'200;      // 2017-06-21
constexpr std::int64_t kDecember21 = 1'513'814'400;  // 2017-12-21

double elevation_deg(const Coordinates& where, std::int64_t utc_s) {
    return std::asin(sine_of_elevation(where, utc_s)) * 180 / std::numbers::pi;
}

double highest_deg(const Coordinates& where, std::int64_t day_s) {
    double highest = -90;
    for (std::int64_t at_s = day_s; at_s < day_s + kDay; at_s += 60)
        highest = std::max(highest, elevation_deg(where, at_s));
    return highest;
}

// The first second of the day's minutes at which the sun is above -0.833 degrees, which almanacs
// call sunrise.
double sunrise_s(const Coordinates& where, std::int64_t day_s) {
    for (std::int64_t at_s = day_s; at_s < day_s + kDay; at_s += 60)
        if (elevation_deg(where, at_s) > -0.833) return static_cast<double>(at_s - day_s);
    return -1;
}

TEST(Sun, stands_at_noon_as_high_as_the_latitude_and_the_season_say) {
    EXPECT_NEAR(highest_deg(kGreenwich, kMarch20), 90 - 51.48, 0.5);
    EXPECT_NEAR(highest_deg(kGreenwich, kJune21), 90 - 51.48 + 23.44, 0.1);
    EXPECT_NEAR(highest_deg(kGreenwich, kDecember21), 90 - 51.48 - 23.44, 0.1);
    EXPECT_NEAR(highest_deg({-33.87, 151.21}, kDecember21), 90 - 33.87 + 23.44, 0.1);
}

// Sunrise in Greenwich as almanacs print it: 04:43 BST and 08:03 GMT.
TEST(Sun, rises_when_almanacs_say) {
    EXPECT_NEAR(sunrise_s(kGreenwich, kJune21), 3 * 3600 + 43 * 60, 180);
    EXPECT_NEAR(sunrise_s(kGreenwich, kDecember21), 8 * 3600 + 3 * 60, 180);
}

TEST(Sun, stays_down_in_the_polar_night_and_up_in_the_polar_day) {
    EXPECT_LT(highest_deg({80, 20}, kDecember21), 0);
    EXPECT_EQ(sunrise_s({80, 20}, kJune21), 0);
}

TEST(Sun, moves_west_by_a_degree_of_longitude_in_four_minutes) {
    for (const double west : {15.0, 90.0, 117.43})
        EXPECT_NEAR(sine_of_elevation({34, -west}, kJune21 + static_cast<std::int64_t>(west * 240)),
                    sine_of_elevation({34, 0}, kJune21), 0.01);
}

TEST(Sun, keeps_its_way_over_leap_years_and_centuries) {
    for (const std::int64_t new_year : {std::int64_t{946'684'800}, std::int64_t{1'451'606'400},
                                        std::int64_t{1'483'228'800}, std::int64_t{4'102'444'800}})
        EXPECT_NEAR(highest_deg(kGreenwich, new_year), 90 - 51.48 - 23.05, 0.15) << new_year;
}

TEST(ClearSky, gives_what_haurwitz_found_and_nothing_at_night) {
    EXPECT_NEAR(clear_sky_w_per_m2(1), 1035.1, 0.1);
    EXPECT_NEAR(clear_sky_w_per_m2(0.5), 487.9, 0.1);
    EXPECT_EQ(clear_sky_w_per_m2(0), 0);
    EXPECT_EQ(clear_sky_w_per_m2(-0.5), 0);
    EXPECT_LT(clear_sky_w_per_m2(1e-9), 1e-9);
}

TEST(ClearSky, averages_over_a_window_and_knows_nothing_without_a_place) {
    ClearSky sky(kGreenwich, 4 * 3600);
    EXPECT_EQ(sky.mean(kDecember21), 0);
    EXPECT_GT(sky.mean(kJune21 + 10 * 3600), 800);
    EXPECT_EQ(sky.mean(kJune21 + 10 * 3600), sky.mean(kJune21 + 10 * 3600));
    ClearSky nowhere(std::nullopt, 4 * 3600);
    EXPECT_EQ(nowhere.mean(kJune21 + 10 * 3600), 0);
    EXPECT_FALSE(nowhere.is_known());
}

}  // namespace
}  // namespace fairfeed::forecast
