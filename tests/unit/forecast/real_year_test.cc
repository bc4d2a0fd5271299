// The forecast on a year of 17 measured homes (paper A71, A73): the selected models beat last week,
// weekly forecasts beat those of every four weeks, and bands hold what they promise.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/io/zone_file.h"
#include "core/recordings/recorded_homes.h"
#include "gateway/commands/forecast_backtest.h"
#include "gateway/forecast/backtest.h"
#include "gateway/forecast/recorded_clusters.h"
#include "tests/support/temp_directory.h"

namespace fairfeed::forecast {
namespace {

const std::filesystem::path kYear =
    std::filesystem::path(FAIRFEED_SHARED_DIR) / "data/homes/homes_hourly_year.csv";

class RealYear : public ::testing::Test {
  protected:
    // Lives through the year once for all tests.
    static void SetUpTestSuite() {
        if (!std::filesystem::exists(kYear)) return;
        std::ifstream in(kYear);
        std::ostringstream text;
        text << in.rdbuf();
        const auto homes = parse_recorded_homes("homes_hourly_year.csv", text.str());
        const auto zone = load_time_zone("America/Los_Angeles");
        ASSERT_TRUE(homes && zone);
        const auto clusters = clusters_of(*homes, *zone, {5, 14'400, RowClock::wall});
        ASSERT_TRUE(clusters);
        const Conditions conditions{*zone, Coordinates{34.09, -117.43}, 8};
        test_ = lived_through(*clusters, conditions,
                              {clusters->front().load.start_s(), 2 * kSecondsPerDay, 10});
    }
    void SetUp() override {
        if (!test_) GTEST_SKIP() << "no recording of a year beside the checkout";
        ASSERT_EQ(test_->weeks_s.size(), 40U);
    }
    static const Contest& last_week() { return test_->weekly.front(); }
    static const Contest& selected() { return test_->weekly.back(); }
    static std::optional<Backtest> test_;
};
std::optional<Backtest> RealYear::test_;

// a is at most `percent` of b.
void expect_within(const Errors& a, const Errors& b, int percent) {
    EXPECT_LE(a.absolute_wh() * 100, b.absolute_wh() * percent)
        << a.mae_wh() << " against " << b.mae_wh();
}

TEST_F(RealYear, selected_models_beat_last_week_by_a_sixth_and_more) {
    expect_within(selected().clusters.load.windows, last_week().clusters.load.windows, 85);
    expect_within(selected().clusters.generation.windows, last_week().clusters.generation.windows,
                  85);
    expect_within(selected().clusters.gap.windows, last_week().clusters.gap.windows, 87);
    expect_within(selected().system.gap.windows, last_week().system.gap.windows, 87);
}

TEST_F(RealYear, the_regression_alone_beats_last_week_for_load_generation_and_gap) {
    const Contest& regression = test_->weekly[2];
    expect_within(regression.clusters.load.windows, last_week().clusters.load.windows, 85);
    expect_within(regression.clusters.generation.windows, last_week().clusters.generation.windows,
                  84);
    expect_within(regression.clusters.gap.windows, last_week().clusters.gap.windows, 86);
}

TEST_F(RealYear, bands_of_selected_models_lose_less_than_those_around_last_week) {
    for (const auto of : {&TrackRecord::load, &TrackRecord::generation, &TrackRecord::gap})
        EXPECT_LT(*(selected().clusters.*of).windows.pinball_wh() * 100,
                  *(last_week().clusters.*of).windows.pinball_wh() * 90);
}

TEST_F(RealYear, four_of_five_windows_fall_into_the_band) {
    for (const auto of : {&TrackRecord::load, &TrackRecord::gap}) {
        const auto within_ppm = *(selected().clusters.*of).windows.within_band_ppm();
        EXPECT_GT(within_ppm, 750'000);
        EXPECT_LT(within_ppm, 850'000);
    }
}

TEST_F(RealYear, weekly_forecasts_are_more_accurate_than_those_of_every_four_weeks) {
    for (std::size_t i = 0; i < kContestants.size(); ++i)
        for (const auto of : {&TrackRecord::load, &TrackRecord::generation, &TrackRecord::gap})
            expect_within((test_->weekly[i].clusters.*of).windows,
                          (test_->monthly[i].clusters.*of).windows, 99);
}

TEST_F(RealYear, percentages_are_given_for_weeks_of_load_and_never_for_nights_and_gaps) {
    EXPECT_TRUE(selected().clusters.load.weeks.mape_ppm());
    EXPECT_FALSE(selected().clusters.generation.windows.mape_ppm());
    EXPECT_FALSE(selected().clusters.gap.windows.mape_ppm());
}

std::string text_of(const std::filesystem::path& file) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
}

// The lines from "Judged:" on; the one before them names the file.
TEST_F(RealYear, is_told_by_the_table_and_the_picture_of_the_page) {
    const testing_support::TempDirectory place;
    BacktestOptions options;
    options.input.homes = kYear;
    options.input.zone = "America/Los_Angeles";
    options.input.at = "34.09,-117.43";
    options.input.wall_clock = true;
    options.plot = place / "forecast.svg";
    std::ostringstream out;
    ASSERT_EQ(run_backtest(options, out, out), 0) << out.str();
    std::istringstream lines(out.str().substr(out.str().find("Judged:")));
    std::string table;
    for (std::string line; std::getline(lines, line);)
        table += (line.empty() ? "" : "    " + line) + "\n";
    const std::filesystem::path docs = std::filesystem::path(FAIRFEED_SOURCE_DIR) / "docs";
    EXPECT_NE(text_of(docs / "forecast.md").find(table), std::string::npos) << out.str();
    EXPECT_EQ(text_of(options.plot), text_of(docs / "img/forecast.svg"));
}

TEST(RecordedClusters, by_the_clock_on_the_wall_have_a_hole_where_an_hour_comes_twice) {
    if (!std::filesystem::exists(kYear)) GTEST_SKIP() << "no recording of a year";
    std::ifstream in(kYear);
    std::ostringstream text;
    text << in.rdbuf();
    const auto homes = parse_recorded_homes("homes_hourly_year.csv", text.str());
    const auto zone = load_time_zone("America/Los_Angeles");
    ASSERT_TRUE(homes && zone);
    const auto wall = clusters_of(*homes, *zone, {2, 3600, RowClock::wall});
    const auto standard = clusters_of(*homes, *zone, {2, 3600, RowClock::standard});
    ASSERT_TRUE(wall && standard);
    EXPECT_EQ(wall->front().load.size(), 8760U);
    EXPECT_EQ(standard->front().load.size(), 8760U);
    EXPECT_EQ(standard->front().load.start_s() - wall->front().load.start_s(), 3600);
    std::vector<std::int64_t> holes;
    for (std::size_t i = 0; i < wall->front().load.size(); ++i) {
        EXPECT_TRUE(standard->front().load.at(i));
        if (!wall->front().load.at(i)) holes.push_back(wall->front().load.start_of(i));
    }
    EXPECT_EQ(holes, std::vector<std::int64_t>{1'478'422'800});  // 2016-11-06 01:00 PST
    EXPECT_EQ(wall->front().load.at(0), standard->front().load.at(0));
}

TEST(RecordedClusters, refuse_a_deal_that_does_not_come_out) {
    RecordedHomes homes;
    homes.homes.resize(3);
    const TimeZone utc("UTC", {{0, 0}});
    EXPECT_FALSE(clusters_of(homes, utc, {0, 3600, RowClock::wall}));
    EXPECT_FALSE(clusters_of(homes, utc, {4, 3600, RowClock::wall}));
    EXPECT_FALSE(clusters_of(homes, utc, {3, 1000, RowClock::wall}));
    EXPECT_FALSE(clusters_of(homes, utc, {3, 0, RowClock::wall}));
    EXPECT_TRUE(clusters_of(homes, utc, {3, 900, RowClock::wall}));
}

}  // namespace
}  // namespace fairfeed::forecast
