#include "gateway/commands/forecast.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/io/json.h"
#include "gateway/commands/forecast_backtest.h"
#include "tests/support/dice.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/forecast/made_series.h"

namespace fairfeed {
namespace {

using forecast::kMonday;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing_support::TempDirectory;

constexpr int kHour = 3600;
constexpr std::int64_t kWindow = 4 * kHour;
const TimeZone kUtc("UTC", {{0, 0}});

// Two clusters by windows of four hours, with noise; elm generates by day.
std::string totals(std::int64_t weeks) {
    test::Dice dice(1);
    std::string text = "cluster,start,load_wh,available_wh\n";
    for (const std::string cluster : {"elm", "oak"})
        for (std::int64_t at_s = kMonday; at_s < kMonday + weeks * kSecondsPerWeek;
             at_s += kWindow) {
            const std::int64_t load_wh = forecast::by_the_clock(kUtc, at_s) + dice.below(2000);
            const bool has_sun = cluster == "elm" && at_s / kHour % 24 == 12;
            text += cluster + "," + std::to_string(at_s) + "," + std::to_string(load_wh) + "," +
                    std::to_string(has_sun ? 5000 + dice.below(1000) : 0) + "\n";
        }
    return text;
}

class ForecastCommand : public ::testing::Test {
  protected:
    std::filesystem::path write(const std::string& name, const std::string& text) {
        std::ofstream(place_ / name, std::ios::binary) << text;
        return place_ / name;
    }
    int forecast(const ForecastOptions& options) {
        out_.str("");
        err_.str("");
        return run_forecast(options, out_, err_);
    }
    int backtest(const BacktestOptions& options) {
        out_.str("");
        err_.str("");
        return run_backtest(options, out_, err_);
    }
    ForecastOptions of_totals(std::int64_t weeks) {
        ForecastOptions options;
        options.input.totals = write("totals.csv", totals(weeks));
        return options;
    }
    Json json() {
        const auto parsed = Json::parse(out_.str());
        EXPECT_TRUE(parsed);
        return parsed.value_or(Json());
    }
    std::string read(const std::filesystem::path& file) {
        std::ostringstream text;
        text << std::ifstream(file).rdbuf();
        return text.str();
    }
    TempDirectory place_;
    std::ostringstream out_;
    std::ostringstream err_;
};

TEST_F(ForecastCommand, prints_the_week_after_the_signing_deadline) {
    ForecastOptions options = of_totals(12);
    ASSERT_EQ(forecast(options), 0) << err_.str();
    // 12 weeks from 2016-08-08 end on 2016-10-31; the week from then on can no longer be signed.
    EXPECT_THAT(out_.str(),
                AllOf(HasSubstr("2 clusters, windows of 240 min from 2016-08-08 00:00 to "
                                "2016-10-31 00:00 (UTC), 0 missing"),
                      HasSubstr("week from Mon 2016-11-07 00:00, to be signed by 2016-11-05 00:00"),
                      HasSubstr("\n  elm  "), HasSubstr("\n  oak  "), HasSubstr("\n  all clusters"),
                      HasSubstr("\n  Sun 2016-11-13"), HasSubstr("Without --at")));
    options.input.notice_hours = 0;
    options.input.at = "52.5,13.4";
    ASSERT_EQ(forecast(options), 0) << err_.str();
    EXPECT_THAT(out_.str(), AllOf(HasSubstr("week from Mon 2016-10-31 00:00, to be signed by "
                                            "2016-10-31 00:00"),
                                  Not(HasSubstr("Without --at"))));
}

TEST_F(ForecastCommand, tells_programs_every_window_with_band_model_and_errors) {
    ForecastOptions options = of_totals(12);
    options.json = true;
    ASSERT_EQ(forecast(options), 0) << err_.str();
    const Json json = this->json();
    EXPECT_EQ(*json.at("from_s").as_int(), kMonday + 13 * kSecondsPerWeek);
    EXPECT_EQ(*json.at("sign_by_s").as_int(), *json.at("from_s").as_int() - 48 * kHour);
    ASSERT_EQ(json.at("clusters").as_array()->size(), 2U);
    std::int64_t sum_wh = 0;
    for (const Json& cluster : *json.at("clusters").as_array()) {
        std::int64_t load_wh = 0;
        ASSERT_EQ(cluster.at("windows").as_array()->size(), 42U);
        for (const Json& window : *cluster.at("windows").as_array()) {
            load_wh += *window.at("load").at("wh").as_int();
            EXPECT_LE(*window.at("gap").at("p10_wh").as_int(),
                      *window.at("gap").at("p90_wh").as_int());
        }
        EXPECT_EQ(load_wh, *cluster.at("load_wh").as_int());
        EXPECT_EQ(*cluster.at("load").at("basis").as_text(), "tested");
        EXPECT_EQ(*cluster.at("load").at("weeks_tested").as_int(), 8);
        EXPECT_EQ(cluster.at("load").at("errors").as_array()->size(), 3U);
        sum_wh += load_wh;
    }
    EXPECT_EQ(*json.at("all").at("load_wh").as_int(), sum_wh);
    EXPECT_EQ(*json.at("all").at("load").at("basis").as_text(), "sum");
    EXPECT_TRUE(json.at("tariff").is_null());
}

TEST_F(ForecastCommand, says_the_same_bytes_for_the_same_input) {
    ForecastOptions options = of_totals(9);
    options.json = true;
    options.plot = place_ / "a.svg";
    ASSERT_EQ(forecast(options), 0);
    const std::string first = out_.str();
    options.plot = place_ / "b.svg";
    ASSERT_EQ(forecast(options), 0);
    EXPECT_EQ(out_.str(), first);
    EXPECT_EQ(read(place_ / "a.svg"), read(place_ / "b.svg"));
    EXPECT_THAT(read(place_ / "a.svg"), AllOf(HasSubstr("<svg"), HasSubstr("10 to 90 %")));
}

TEST_F(ForecastCommand, drafts_the_tariff_of_the_week_if_it_is_told_the_base_rates) {
    ForecastOptions options = of_totals(9);
    options.has_rates = true;
    options.formula.import_micro_per_kwh = 250'000;
    options.formula.export_micro_per_kwh = 80'000;
    options.json = true;
    ASSERT_EQ(forecast(options), 0) << err_.str();
    const Json json = this->json();
    const std::int64_t load_wh = *json.at("all").at("load_wh").as_int();
    const std::int64_t gap_wh = *json.at("all").at("gap_wh").as_int();
    const auto rates = forecast::drafted_rates(options.formula, load_wh, gap_wh);
    ASSERT_TRUE(rates);
    EXPECT_EQ(*json.at("tariff").at("factor_ppm").as_int(), rates->factor_ppm);
    EXPECT_EQ(*json.at("tariff").at("import_micro_per_kwh").as_int(), rates->import_micro_per_kwh);
    options.json = false;
    ASSERT_EQ(forecast(options), 0);
    EXPECT_THAT(out_.str(), HasSubstr("Tariff for the week: factor 125.0 %, import 312 500 and "
                                      "export 100 000 micro per kWh"));
    options.formula.low_ppm = 2'000'000;
    EXPECT_EQ(forecast(options), 2);
    EXPECT_THAT(err_.str(), HasSubstr("low_ppm: 0 to 1000000"));
}

TEST_F(ForecastCommand, says_that_a_young_network_has_too_little_history_for_a_choice) {
    ForecastOptions options = of_totals(1);
    ASSERT_EQ(forecast(options), 0) << err_.str();
    EXPECT_THAT(out_.str(), HasSubstr("less than two weeks of history: nothing to test"));
    options.input.totals = write("days.csv", totals(2).substr(0, 400));
    std::ofstream(place_ / "days.csv") << "cluster,start,load_wh,available_wh\n"
                                          "elm,2016-08-08T00:00,1000,0\n"
                                          "elm,2016-08-08T04:00,2000,0\n";
    ASSERT_EQ(forecast(options), 0) << err_.str();
    EXPECT_THAT(out_.str(), HasSubstr("less than a week of history: the mean of earlier days"));
}

TEST_F(ForecastCommand, reads_recorded_homes_as_clusters) {
    std::string text = "interval_start_local,load_kwh_a,load_kwh_b,pv_kwh_a\n";
    for (int day = 1; day <= 28; ++day)
        for (int hour = 0; hour < 24; ++hour) {
            const auto two = [](int value) {
                return (value < 10 ? "0" : "") + std::to_string(value);
            };
            text += "2016-02-" + two(day) + "T" + two(hour) + ":00,1.0,0.5," +
                    (hour == 12 ? "2.0" : "0.0") + "\n";
        }
    ForecastOptions options;
    options.input.homes = write("homes.csv", text);
    options.input.clusters = 2;
    options.input.window_minutes = 60;
    options.json = true;
    ASSERT_EQ(forecast(options), 0) << err_.str();
    const Json json = this->json();
    EXPECT_EQ(*json.at("all").at("load_wh").as_int(), 168 * 1500);
    EXPECT_EQ(*json.at("all").at("generation_wh").as_int(), 7 * 2000);
    EXPECT_EQ(*json.at("all").at("gap_wh").as_int(), 168 * 1500 - 7 * 2000);
    options.input.clusters = 3;
    EXPECT_EQ(forecast(options), 2);
    EXPECT_THAT(err_.str(), HasSubstr("homes.csv: the recording has 2 homes"));
}

TEST_F(ForecastCommand, tells_every_wrong_option_in_a_line_of_its_own) {
    ForecastOptions options;
    options.input.zone = "Mars/Olympus";
    options.input.at = "here";
    options.input.weeks = 0;
    options.input.notice_hours = 673;
    options.input.week_start = "Monday";
    options.input.window_minutes = 20;
    EXPECT_EQ(forecast(options), 2);
    EXPECT_THAT(
        err_.str(),
        AllOf(
            HasSubstr("give one of --totals FILE.csv, --homes FILE.csv and --config GATEWAY.yaml"),
            HasSubstr("--at 'here'"), HasSubstr("--weeks: 1 to 52"),
            HasSubstr("--notice-hours: 0 to 672"), HasSubstr("--week-start 'Monday'"),
            HasSubstr("--window-minutes: 15 to 480"),
            HasSubstr("--zone: 'Mars/Olympus' is no time zone")));
    EXPECT_THAT(out_.str(), IsEmpty());
}

TEST_F(ForecastCommand, takes_places_on_every_side_of_the_globe_and_no_others) {
    ForecastOptions options = of_totals(2);
    for (const char* at : {"34.09,-117.43", "-33.8,151", "90,-180", "0,0"}) {
        options.input.at = at;
        EXPECT_EQ(forecast(options), 0) << at << err_.str();
    }
    for (const char* at : {"91,0", "0,181", "1", "1,", ",1", "a,b", "1,2,3", "--1,0", "1;2"}) {
        options.input.at = at;
        EXPECT_EQ(forecast(options), 2) << at;
    }
}

TEST_F(ForecastCommand, names_a_file_that_is_not_there_and_a_plot_that_cannot_be_written) {
    ForecastOptions options;
    options.input.totals = place_ / "none.csv";
    EXPECT_EQ(forecast(options), 2);
    EXPECT_THAT(err_.str(), HasSubstr("none.csv"));
    options = of_totals(2);
    options.plot = place_ / "nowhere" / "week.svg";
    EXPECT_EQ(forecast(options), 1);
    EXPECT_THAT(err_.str(), HasSubstr("nowhere"));
}

TEST_F(ForecastCommand, backtest_compares_models_and_horizons_by_the_same_weeks) {
    BacktestOptions options;
    options.input.totals = write("totals.csv", totals(24));
    options.plot = place_ / "errors.svg";
    ASSERT_EQ(backtest(options), 0) << err_.str();
    EXPECT_THAT(out_.str(), AllOf(HasSubstr("Judged: 12 weeks from"), HasSubstr("Clusters, load"),
                                  HasSubstr("All, gap"), HasSubstr("\n  last week "),
                                  HasSubstr("\n  selected "), HasSubstr("Selected, by cluster")));
    EXPECT_THAT(read(options.plot),
                AllOf(HasSubstr("selected, each four weeks"), HasSubstr(">metered<")));
    options.json = true;
    ASSERT_EQ(backtest(options), 0);
    const Json json = this->json();
    EXPECT_EQ(json.at("weeks_s").as_array()->size(), 12U);
    for (const char* horizon : {"weekly", "monthly"}) {
        const Json& contests = json.at(horizon);
        ASSERT_EQ(contests.as_array()->size(), 4U);
        const auto mae = [&](std::size_t contest) {
            return *contests.at(contest)
                        .at("clusters")
                        .at("load")
                        .at("windows")
                        .at("mae_wh")
                        .as_int();
        };
        EXPECT_EQ(*contests.at(3).at("model").as_text(), "selected");
        EXPECT_LT(mae(3), mae(0));
        EXPECT_EQ(*contests.at(3).at("clusters").at("load").at("windows").at("count").as_int(),
                  12 * 42 * 2);
    }
}

TEST_F(ForecastCommand, backtest_says_how_much_history_it_takes) {
    BacktestOptions options;
    options.input.totals = write("totals.csv", totals(13));
    EXPECT_EQ(backtest(options), 2);
    EXPECT_THAT(err_.str(), HasSubstr("a back-test of 8 weeks takes 15 weeks of history"));
    options.input.weeks = 4;
    EXPECT_EQ(backtest(options), 0) << err_.str();
}

}  // namespace
}  // namespace fairfeed
