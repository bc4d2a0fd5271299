#include "gateway/forecast/models.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "tests/support/dice.h"
#include "tests/unit/forecast/made_series.h"

namespace fairfeed::forecast {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const TimeZone kUtc("UTC", {{0, 0}});
constexpr Coordinates kFontana{34.09, -117.43};

std::vector<std::int64_t> said(const WindowSeries& series, Quantity quantity, const TimeZone& zone,
                               Model model, std::int64_t from_s, std::int64_t known_s,
                               std::optional<Coordinates> where = std::nullopt) {
    SeriesModels models(FeatureTable(series, quantity, zone, where));
    return models.week(from_s, known_s)[static_cast<std::size_t>(model)];
}

std::vector<std::int64_t> came(const WindowSeries& series, std::int64_t from_s) {
    std::vector<std::int64_t> out;
    const auto range = series.windows_in(from_s, from_s + kSecondsPerWeek);
    for (std::int64_t i = range.first; i < range.last; ++i)
        out.push_back(series.at(static_cast<std::size_t>(i)).value());
    return out;
}

std::int64_t sum_of(const std::vector<std::int64_t>& wh) {
    return std::accumulate(wh.begin(), wh.end(), std::int64_t{0});
}

// Noise around a day's shape; weeks differ.
WindowSeries noisy(std::int64_t weeks, std::uint64_t seed) {
    test::Dice dice(seed);
    return made_series(kMonday, weeks * kWindowsPerWeek, kWindow, [&](std::int64_t at_s) {
        return by_the_clock(kUtc, at_s) + dice.below(2000);
    });
}

TEST(LastWeek, is_the_same_window_a_week_ago) {
    const WindowSeries series = noisy(3, 1);
    const std::int64_t end_s = series.end_s();
    EXPECT_THAT(said(series, Quantity::load, kUtc, Model::last_week, end_s, end_s),
                ElementsAreArray(came(series, end_s - kSecondsPerWeek)));
}

TEST(LastWeek, goes_back_further_where_the_week_before_is_not_known_yet_or_has_a_hole) {
    WindowSeries whole = noisy(4, 2);
    const std::int64_t end_s = whole.end_s();
    const WindowSeries holed =
        made_series(kMonday, 4 * kWindowsPerWeek, kWindow, [&](std::int64_t at_s) {
            const auto index = static_cast<std::size_t>((at_s - kMonday) / kWindow);
            return at_s == end_s - kSecondsPerWeek ? std::nullopt : whole.at(index);
        });
    auto expected = came(whole, end_s - kSecondsPerWeek);
    expected[0] = came(whole, end_s - 2 * kSecondsPerWeek)[0];
    EXPECT_THAT(said(holed, Quantity::load, kUtc, Model::last_week, end_s, end_s),
                ElementsAreArray(expected));
    // Two days before the week: its last two days are known from the week before the last.
    const auto early =
        said(whole, Quantity::load, kUtc, Model::last_week, end_s, end_s - 2 * kSecondsPerDay);
    expected = came(whole, end_s - kSecondsPerWeek);
    const auto before = came(whole, end_s - 2 * kSecondsPerWeek);
    std::copy(before.end() - 12, before.end(), expected.end() - 12);
    EXPECT_THAT(early, ElementsAreArray(expected));
}

class EveryModel : public ::testing::TestWithParam<Model> {};
INSTANTIATE_TEST_SUITE_P(Table, EveryModel, ::testing::ValuesIn(kModels), [](const auto& row) {
    return row.param == Model::last_week ? "last_week" : std::string(name_of(row.param));
});

std::int64_t missed(const std::vector<std::int64_t>& says, const std::vector<std::int64_t>& truth) {
    EXPECT_EQ(says.size(), truth.size());
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < says.size() && i < truth.size(); ++i)
        sum += std::abs(says[i] - truth[i]);
    return sum;
}

// Weeks with and after the change in October, and with the change in March.
TEST_P(EveryModel, follows_the_clock_on_the_wall_over_its_changes) {
    const TimeZone berlin = middle_europe();
    for (const std::int64_t window_s : {std::int64_t{3600}, kWindow}) {
        const std::int64_t start_s = kMonday - 7200;  // Monday 00:00 in Berlin
        const WindowSeries series =
            made_series(start_s, 40 * kSecondsPerWeek / window_s, window_s,
                        [&](std::int64_t at_s) { return by_the_clock(berlin, at_s); });
        for (const std::int64_t week : {std::int64_t{11}, std::int64_t{12}, std::int64_t{32}}) {
            const std::int64_t from_s = start_s + week * kSecondsPerWeek;
            const auto truth = came(series, from_s);
            const auto error = [&](const TimeZone& zone) {
                return missed(said(series, Quantity::load, zone, GetParam(), from_s, from_s),
                              truth);
            };
            const std::int64_t energy = sum_of(truth);
            const std::int64_t limit = window_s == 3600 ? 15 : 100;
            EXPECT_LT(error(berlin) * 1000, energy * limit) << week << ' ' << window_s;
            // Windows of four hours begin at other hours of the clock after its change.
            const bool is_all_changed = week == 12;
            EXPECT_TRUE(!is_all_changed || error(berlin) * 10 < error(kUtc) * 9) << window_s;
        }
    }
}

TEST(LastWeek, is_exact_for_a_load_that_follows_the_clock) {
    const TimeZone berlin = middle_europe();
    const WindowSeries series = made_series(kMonday - 7200, 40 * 168, 3600, [&](std::int64_t at_s) {
        return by_the_clock(berlin, at_s);
    });
    for (std::int64_t week = 1; week < 40; ++week) {
        const std::int64_t from_s = series.start_s() + week * kSecondsPerWeek;
        const std::int64_t error =
            missed(said(series, Quantity::load, berlin, Model::last_week, from_s, from_s),
                   came(series, from_s));
        // The week after the change in March has an hour that the week before did not have.
        EXPECT_EQ(error, week == 33 ? 60 : 0) << week;
    }
}

TEST_P(EveryModel, sees_nothing_of_what_came_after_the_forecast_was_made) {
    const WindowSeries whole = noisy(12, 3);
    const std::int64_t from_s = kMonday + 10 * kSecondsPerWeek;
    const std::int64_t known_s = from_s - kSecondsPerDay;
    const WindowSeries poisoned =
        made_series(kMonday, 12 * kWindowsPerWeek, kWindow, [&](std::int64_t at_s) {
            const auto index = static_cast<std::size_t>((at_s - kMonday) / kWindow);
            return at_s + kWindow > known_s ? std::optional<std::int64_t>(999'999'999)
                                            : whole.at(index);
        });
    for (const Quantity quantity : {Quantity::load, Quantity::generation})
        EXPECT_THAT(
            said(poisoned, quantity, kUtc, GetParam(), from_s, known_s, kFontana),
            ElementsAreArray(said(whole, quantity, kUtc, GetParam(), from_s, known_s, kFontana)));
}

TEST_P(EveryModel, forecasts_a_constant_as_that_constant) {
    for (const std::int64_t wh :
         {std::int64_t{0}, std::int64_t{1}, std::int64_t{123'456'789}, kMaxSeriesWh}) {
        const WindowSeries series =
            made_series(kMonday, 9 * kWindowsPerWeek, kWindow, [&](std::int64_t) { return wh; });
        EXPECT_THAT(said(series, Quantity::load, kUtc, GetParam(), series.end_s(), series.end_s()),
                    Each(wh));
    }
}

TEST_P(EveryModel, stays_below_twice_the_largest_known_window) {
    test::Dice dice(8);
    for (int round = 0; round < 20; ++round) {  // mostly nothing, at times very much, and growing
        std::int64_t most = 0;
        std::int64_t grown = 1;
        const WindowSeries series =
            made_series(kMonday, 6 * kWindowsPerWeek, kWindow, [&](std::int64_t) {
                grown += grown / 16 + 1;
                const std::int64_t wh = dice.chance(900) ? 0 : dice.below(grown);
                most = std::max(most, wh);
                return wh;
            });
        for (const std::int64_t wh :
             said(series, Quantity::load, kUtc, GetParam(), series.end_s(), series.end_s())) {
            EXPECT_GE(wh, 0);
            EXPECT_LE(wh, 2 * most);
        }
    }
}

TEST_P(EveryModel, scales_with_the_cluster) {
    const WindowSeries small = noisy(9, 4);
    const WindowSeries large =
        made_series(kMonday, 9 * kWindowsPerWeek, kWindow, [&](std::int64_t at_s) {
            return *small.at(static_cast<std::size_t>((at_s - kMonday) / kWindow)) * 1'000'000;
        });
    const std::int64_t end_s = small.end_s();
    const auto few = said(small, Quantity::load, kUtc, GetParam(), end_s, end_s);
    const auto many = said(large, Quantity::load, kUtc, GetParam(), end_s, end_s);
    for (std::size_t i = 0; i < few.size(); ++i)
        EXPECT_EQ((many[i] + 500'000) / 1'000'000, few[i]);
}

TEST_P(EveryModel, lives_with_any_holes) {
    test::Dice dice(5);
    for (int round = 0; round < 30; ++round) {
        const std::int64_t permille = dice.below(1000);
        const WindowSeries series =
            made_series(kMonday, 8 * kWindowsPerWeek, kWindow, [&](std::int64_t at_s) {
                return dice.chance(permille)
                           ? std::nullopt
                           : std::optional<std::int64_t>(by_the_clock(kUtc, at_s));
            });
        if (series.known_until_s() - series.known_from_s() < 3 * kSecondsPerWeek) continue;
        const auto says =
            said(series, Quantity::load, kUtc, GetParam(), series.end_s(), series.end_s());
        ASSERT_THAT(says, SizeIs(kWindowsPerWeek));
        for (const std::int64_t wh : says)
            EXPECT_LT(wh, 20'000);
    }
}

TEST(Models, with_little_history_say_what_they_can) {
    const WindowSeries series = noisy(3, 6);
    SeriesModels models(FeatureTable(series, Quantity::load, kUtc, std::nullopt));
    const auto at = [&](std::int64_t windows) {
        const std::int64_t known_s = kMonday + windows * kWindow;
        return models.week(known_s, known_s);
    };
    EXPECT_THAT(at(0), Each(IsEmpty()));
    EXPECT_THAT(at(1)[1], Each(*series.at(0)));
    EXPECT_THAT(at(kWindowsPerWeek - 1)[0], IsEmpty());
    EXPECT_THAT(at(kWindowsPerWeek)[0], SizeIs(kWindowsPerWeek));
    EXPECT_THAT(at(2 * kWindowsPerWeek - 1)[2], IsEmpty());
    EXPECT_THAT(at(2 * kWindowsPerWeek)[2], SizeIs(kWindowsPerWeek));
}

TEST(Models, whose_history_begins_with_holes_count_from_its_first_window) {
    const WindowSeries series =
        made_series(kMonday, 5 * kWindowsPerWeek, kWindow, [](std::int64_t at_s) {
            return at_s < kMonday + 4 * kSecondsPerWeek ? std::nullopt
                                                        : std::optional<std::int64_t>(7);
        });
    SeriesModels models(FeatureTable(series, Quantity::load, kUtc, std::nullopt));
    const Sayings& says = models.week(series.end_s(), series.end_s());
    EXPECT_THAT(says[0], Each(7));
    EXPECT_THAT(says[2], IsEmpty());
}

TEST(Models, take_windows_that_divide_no_week) {
    const std::int64_t window_s = 8100;  // 74.67 in a week
    const WindowSeries series = made_series(kMonday, 600, window_s, [](std::int64_t at_s) {
        return 1000 + (at_s - kMonday) % kSecondsPerDay / 100;
    });
    const std::int64_t from_s = kMonday + 7 * kSecondsPerWeek;
    for (const Model model : kModels) {
        const auto says = said(series, Quantity::load, kUtc, model, from_s, from_s);
        const auto truth = came(series, from_s);
        ASSERT_EQ(says.size(), truth.size());
        for (std::size_t i = 0; i < says.size(); ++i)
            EXPECT_NEAR(static_cast<double>(says[i]), static_cast<double>(truth[i]), 900);
    }
}

// A roof under a clear sky; the day grows from January to March.
WindowSeries clear_roof(std::int64_t weeks) {
    ClearSky sky(kFontana, 3600);
    return made_series(
        kMonday + 22 * kSecondsPerWeek, weeks * kSecondsPerWeek / 3600, 3600,
        [&](std::int64_t at_s) { return static_cast<std::int64_t>(sky.mean(at_s) * 4); });
}

TEST(Generation, grows_with_the_days_of_spring_where_the_coordinates_are_known) {
    const WindowSeries series = clear_roof(10);
    const std::int64_t from_s = series.end_s() - kSecondsPerWeek;
    const auto truth = came(series, from_s);
    const auto missed = [&](std::optional<Coordinates> where) {
        const auto says =
            said(series, Quantity::generation, kUtc, Model::regression, from_s, from_s, where);
        std::int64_t sum = 0;
        for (std::size_t i = 0; i < says.size(); ++i)
            sum += std::abs(says[i] - truth[i]);
        return sum;
    };
    const std::int64_t energy = std::accumulate(truth.begin(), truth.end(), std::int64_t{0});
    EXPECT_LT(missed(kFontana) * 100, energy);
    EXPECT_GT(missed(std::nullopt), 3 * missed(kFontana));
}

TEST(Generation, is_nothing_at_night) {
    const WindowSeries series = clear_roof(6);
    ClearSky sky(kFontana, 3600);
    for (const Model model : kModels) {
        const auto says = said(series, Quantity::generation, kUtc, model, series.end_s(),
                               series.end_s(), kFontana);
        for (std::size_t i = 0; i < says.size(); ++i) {
            const std::int64_t at_s = series.end_s() + static_cast<std::int64_t>(i) * 3600;
            const bool is_night = sky.mean(at_s) == 0 && sky.mean(at_s - kSecondsPerWeek) == 0;
            EXPECT_TRUE(!is_night || says[i] == 0) << name_of(model);
        }
    }
}

// The same figures on every machine: found on x86-64 by gcc -O1.
TEST(Regression, gives_the_same_wh_on_every_machine) {
    const WindowSeries series = noisy(9, 7);
    const auto says = said(series, Quantity::load, middle_europe(), Model::regression,
                           series.end_s(), series.end_s() - kSecondsPerDay);
    EXPECT_THAT(std::vector<std::int64_t>(says.begin(), says.begin() + 8),
                ElementsAre(1930, 1981, 2540, 2568, 2834, 3208, 1722, 2065));
    EXPECT_EQ(sum_of(says), 165'989);
    const auto sunny = said(clear_roof(8), Quantity::generation, kUtc, Model::regression,
                            clear_roof(8).end_s(), clear_roof(8).end_s(), kFontana);
    EXPECT_EQ(sum_of(sunny), 157'728);
}

}  // namespace
}  // namespace fairfeed::forecast
