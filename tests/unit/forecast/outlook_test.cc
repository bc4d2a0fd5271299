#include "gateway/forecast/outlook.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/dice.h"
#include "tests/unit/forecast/made_series.h"

namespace fairfeed::forecast {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const TimeZone kUtc("UTC", {{0, 0}});

std::int64_t sunny(std::int64_t at_s) {
    const std::int64_t hour = (at_s - kMonday) / 3600 % 24;
    return hour >= 8 && hour < 20 ? 3000 : 0;
}

// The same every week, but for noise.
ClusterSeries street(const std::string& name, std::int64_t weeks, std::int64_t noise,
                     std::uint64_t seed = 1) {
    test::Dice dice(seed);
    const auto with_noise = [&](std::int64_t wh) {
        return noise == 0 ? wh : wh + dice.below(noise);
    };
    return {name,
            made_series(kMonday, weeks * kWindowsPerWeek, kWindow,
                        [&](std::int64_t at) { return with_noise(by_the_clock(kUtc, at)); }),
            made_series(kMonday, weeks * kWindowsPerWeek, kWindow, [&](std::int64_t at) {
                return sunny(at) == 0 ? 0 : with_noise(sunny(at));
            })};
}

Outlook next_week(const ClusterSeries& series, const Conditions& conditions = {}) {
    const std::int64_t end_s = series.load.end_s();
    return ClusterForecaster(series, conditions).outlook(end_s, end_s);
}

TEST(Outlook, gives_load_generation_and_gap_of_every_window_of_the_week) {
    const Outlook outlook = next_week(street("elm", 6, 0));
    ASSERT_THAT(outlook.windows, SizeIs(kWindowsPerWeek));
    EXPECT_EQ(outlook.windows[0].start_s, kMonday + 6 * kSecondsPerWeek);
    for (const WindowOutlook& window : outlook.windows) {
        EXPECT_EQ(window.load.wh, by_the_clock(kUtc, window.start_s));
        EXPECT_EQ(window.generation.wh, sunny(window.start_s));
        EXPECT_EQ(window.gap.wh, window.load.wh - window.generation.wh);
    }
    const WeekTotals totals = totals_of(outlook);
    EXPECT_EQ(totals.generation_wh, 7 * 3 * 3000);
    EXPECT_EQ(totals.gap_wh, totals.load_wh - totals.generation_wh);
}

TEST(Outlook, takes_the_plainest_model_where_all_are_right) {
    const Outlook outlook = next_week(street("elm", 8, 0));
    EXPECT_EQ(outlook.load.basis, Basis::tested);
    EXPECT_EQ(outlook.load.model, Model::last_week);
    EXPECT_EQ(outlook.generation.model, Model::last_week);
}

TEST(Outlook, takes_the_model_with_the_least_error_where_weeks_differ) {
    const Outlook outlook = next_week(street("elm", 12, 2000));
    EXPECT_EQ(outlook.load.basis, Basis::tested);
    EXPECT_NE(outlook.load.model, Model::last_week);
    EXPECT_EQ(outlook.load.weeks_tested, 8);
    const auto& errors = outlook.load.errors;
    EXPECT_EQ(errors[0].windows(), 8U * kWindowsPerWeek);
    for (const Errors& each : errors)
        EXPECT_GE(each.absolute_wh(),
                  errors[static_cast<std::size_t>(outlook.load.model)].absolute_wh());
}

TEST(Outlook, says_when_history_is_too_short_for_a_choice) {
    const ClusterSeries series = street("elm", 4, 500);
    const auto after = [&](std::int64_t windows) {
        const std::int64_t known_s = kMonday + windows * kWindow;
        return ClusterForecaster(series, {}).outlook(known_s, known_s);
    };
    EXPECT_EQ(after(0).load.basis, Basis::no_history);
    EXPECT_THAT(after(0).windows, IsEmpty());
    EXPECT_EQ(after(5).load.basis, Basis::first_days);
    EXPECT_EQ(after(5).load.model, Model::profile);
    EXPECT_EQ(after(kWindowsPerWeek).load.basis, Basis::short_history);
    EXPECT_EQ(after(kWindowsPerWeek).load.model, Model::last_week);
    EXPECT_EQ(after(2 * kWindowsPerWeek - 1).load.basis, Basis::short_history);
    EXPECT_EQ(after(2 * kWindowsPerWeek).load.basis, Basis::tested);
    EXPECT_EQ(after(2 * kWindowsPerWeek).load.weeks_tested, 1);
    EXPECT_EQ(after(2 * kWindowsPerWeek).load.errors[2].windows(), 0U);  // too young for a test
    EXPECT_EQ(after(3 * kWindowsPerWeek).load.errors[2].windows(), 42U);
    EXPECT_FALSE(after(kWindowsPerWeek).windows[0].load.band);
    EXPECT_TRUE(after(3 * kWindowsPerWeek).windows[0].load.band);
}

TEST(Outlook, tests_only_weeks_that_were_over_when_it_was_made) {
    const ClusterSeries series = street("elm", 6, 500);
    const std::int64_t from_s = kMonday + 6 * kSecondsPerWeek;
    const auto weeks = [&](std::int64_t known_s) {
        return ClusterForecaster(series, {}).outlook(from_s, known_s).load.weeks_tested;
    };
    EXPECT_EQ(weeks(from_s), 4);                       // by weeks 3 to 6, from two weeks of history
    EXPECT_EQ(weeks(from_s - 2 * kSecondsPerDay), 1);  // week 6 is not over, nor what 4 learns from
}

TEST(Outlook, lets_the_caller_choose_the_model) {
    const ClusterSeries series = street("elm", 6, 500);
    const std::int64_t end_s = series.load.end_s();
    ClusterForecaster forecaster(series, {});
    const Outlook outlook = forecaster.outlook(end_s, end_s, Model::last_week);
    EXPECT_EQ(outlook.load.basis, Basis::given);
    EXPECT_EQ(outlook.windows[3].load.wh,
              series.load.at(static_cast<std::size_t>(5 * kWindowsPerWeek + 3)));
}

TEST(Outlook, has_bands_that_hold_the_forecast_and_no_negative_energy) {
    const Outlook outlook = next_week(street("elm", 12, 4000));
    for (const WindowOutlook& window : outlook.windows) {
        for (const Estimate* each : {&window.load, &window.generation, &window.gap}) {
            ASSERT_TRUE(each->band);
            EXPECT_LE(each->band->p10_wh, each->band->p50_wh);
            EXPECT_LE(each->band->p50_wh, each->band->p90_wh);
        }
        EXPECT_GE(window.generation.band->p10_wh, 0);
        EXPECT_GT(window.load.band->p90_wh - window.load.band->p10_wh, 1000);
    }
}

TEST(Outlook, of_all_clusters_is_their_sum) {
    const ClusterSeries elm = street("elm", 12, 3000, 1);
    const ClusterSeries oak = street("oak", 12, 3000, 2);
    const std::vector<Outlook> clusters = {next_week(elm), next_week(oak)};
    const Outlook sum = sum_of(clusters, {}, kWindow);
    ASSERT_THAT(sum.windows, SizeIs(kWindowsPerWeek));
    EXPECT_EQ(sum.load.basis, Basis::sum);
    for (std::size_t i = 0; i < sum.windows.size(); ++i) {
        EXPECT_EQ(sum.windows[i].load.wh,
                  clusters[0].windows[i].load.wh + clusters[1].windows[i].load.wh);
        EXPECT_EQ(sum.windows[i].gap.wh,
                  clusters[0].windows[i].gap.wh + clusters[1].windows[i].gap.wh);
        const auto width = [&](const Outlook& of) {
            return of.windows[i].load.band->p90_wh - of.windows[i].load.band->p10_wh;
        };
        EXPECT_LT(width(sum), width(clusters[0]) + width(clusters[1]));
    }
}

TEST(Outlook, of_all_clusters_leaves_out_those_without_history) {
    const ClusterSeries elm = street("elm", 6, 300);
    const ClusterSeries mute = {
        "mute",
        made_series(kMonday, 252, kWindow,
                    [](std::int64_t) { return std::optional<std::int64_t>(); }),
        elm.generation};
    const Outlook silent = next_week(mute);
    EXPECT_EQ(silent.load.basis, Basis::no_history);
    EXPECT_THAT(silent.windows, IsEmpty());
    const Outlook one = next_week(elm);
    const Outlook sum = sum_of({silent, one}, {}, kWindow);
    EXPECT_EQ(sum.windows, one.windows);
    EXPECT_THAT(sum_of({silent}, {}, kWindow).windows, IsEmpty());
    EXPECT_THAT(sum_of({}, {}, kWindow).windows, IsEmpty());
}

TEST(Objections, name_the_cluster_and_what_is_wrong) {
    const ClusterSeries elm = street("elm", 2, 0);
    ClusterSeries hourly = elm;
    hourly.name = "hourly";
    hourly.load = WindowSeries(kMonday, 3600, {1, 2});
    ClusterSeries negative = elm;
    negative.name = "negative";
    negative.load = WindowSeries(kMonday, kWindow, {1, -1});
    EXPECT_THAT(objections_to({elm, elm}), IsEmpty());
    EXPECT_THAT(objections_to({}), IsEmpty());
    EXPECT_THAT(objections_to({elm, hourly, negative}),
                ElementsAre(HasSubstr("cluster hourly: its windows are not those of cluster elm"),
                            HasSubstr("cluster hourly: load and generation have different"),
                            HasSubstr("cluster negative: an energy is below 0")));
    ClusterSeries huge = elm;
    huge.load = WindowSeries(kMonday, kWindow, {kMaxSeriesWh});
    EXPECT_THAT(objections_to(std::vector<ClusterSeries>(23, huge)), IsEmpty());
    EXPECT_THAT(objections_to(std::vector<ClusterSeries>(24, huge)),
                ElementsAre(HasSubstr("all clusters together")));
}

}  // namespace
}  // namespace fairfeed::forecast
