#include "gateway/forecast/window_series.h"

#include <gtest/gtest.h>

#include "tests/unit/forecast/made_series.h"

namespace fairfeed::forecast {
namespace {

const WindowSeries kSeries(1000, 100, {10, 20, std::nullopt, 40});

TEST(WindowSeries, gives_a_window_its_energy) {
    EXPECT_EQ(kSeries.energy(1000, 1400), 10.0);
    EXPECT_EQ(kSeries.energy(1300, 1400), 40.0);
}

TEST(WindowSeries, shares_a_span_between_the_windows_that_it_covers) {
    EXPECT_EQ(kSeries.energy(1025, 1400), 12.5);
    EXPECT_EQ(kSeries.energy(1075, 1400), 17.5);
}

TEST(WindowSeries, knows_no_energy_in_holes_and_beyond_its_ends) {
    EXPECT_EQ(kSeries.energy(1200, 1400), std::nullopt);
    EXPECT_EQ(kSeries.energy(1150, 1400), std::nullopt);
    EXPECT_EQ(kSeries.energy(1250, 1400), std::nullopt);
    EXPECT_EQ(kSeries.energy(999, 1400), std::nullopt);
    EXPECT_EQ(kSeries.energy(1301, 1500), std::nullopt);
    EXPECT_EQ(kSeries.energy(1400, 1500), std::nullopt);
}

TEST(WindowSeries, does_not_look_at_what_ends_after_the_forecast_is_made) {
    EXPECT_EQ(kSeries.energy(1100, 1200), 20.0);
    EXPECT_EQ(kSeries.energy(1100, 1199), std::nullopt);
    EXPECT_EQ(kSeries.energy(1050, 1199), std::nullopt);
}

TEST(WindowSeries, counts_the_windows_that_begin_in_a_span_within_and_without) {
    const auto range = [](std::int64_t from, std::int64_t to) {
        const auto found = kSeries.windows_in(from, to);
        return std::pair(found.first, found.last);
    };
    EXPECT_EQ(range(1000, 1400), std::pair(std::int64_t{0}, std::int64_t{4}));
    EXPECT_EQ(range(1001, 1301), std::pair(std::int64_t{1}, std::int64_t{4}));
    EXPECT_EQ(range(1400, 1700), std::pair(std::int64_t{4}, std::int64_t{7}));
    EXPECT_EQ(range(700, 950), std::pair(std::int64_t{-3}, std::int64_t{0}));
}

TEST(WindowSeries, knows_where_its_holes_at_both_ends_are) {
    const WindowSeries series(0, 10, {std::nullopt, 1, std::nullopt, 2, std::nullopt});
    EXPECT_EQ(series.known_from_s(), 10);
    EXPECT_EQ(series.known_until_s(), 40);
    const WindowSeries empty(0, 10, {std::nullopt, std::nullopt});
    EXPECT_EQ(empty.known_from_s(), 20);
    EXPECT_EQ(empty.known_until_s(), 0);
}

TEST(LocalTime, names_day_and_second_by_the_clock_on_the_wall) {
    const TimeZone berlin = middle_europe();
    EXPECT_EQ(local_time(berlin, kMonday), (LocalTime{0, 7200}));
    EXPECT_EQ(local_time(berlin, kMonday - 7201), (LocalTime{6, 86'399}));
    EXPECT_EQ(local_time(TimeZone("UTC", {{0, 0}}), -1), (LocalTime{2, 86'399}));
    EXPECT_TRUE(local_time(berlin, kMonday - 86'400).is_weekend());
    EXPECT_FALSE(local_time(berlin, kMonday).is_weekend());
}

TEST(LocalTime, finds_the_same_hour_a_week_ago_although_clocks_were_changed) {
    const TimeZone berlin = middle_europe();
    const std::int64_t noon_in_winter = 1'478'084'400;  // 2016-11-02 11:00 UTC, 12:00 in Berlin
    EXPECT_EQ(days_before(berlin, noon_in_winter, 7), noon_in_winter - kSecondsPerWeek - 3600);
    EXPECT_EQ(days_before(berlin, noon_in_winter, 1), noon_in_winter - kSecondsPerDay);
    const std::int64_t noon_in_summer = 1'490'695'200;  // 2017-03-28 10:00 UTC, 12:00 in Berlin
    EXPECT_EQ(days_before(berlin, noon_in_summer, 7), noon_in_summer - kSecondsPerWeek + 3600);
    for (const std::int64_t at_s : {noon_in_winter, noon_in_summer})
        EXPECT_EQ(local_time(berlin, days_before(berlin, at_s, 7)), local_time(berlin, at_s));
}

}  // namespace
}  // namespace fairfeed::forecast
