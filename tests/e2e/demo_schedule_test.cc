// scripts/demo with shares by the quarter hour from the forecast: the meters do what the contract
// planned.
#include <gtest/gtest.h>

#include "tests/e2e/demo.h"
#include "tests/e2e/running_program.h"
#include "tests/support/temp_directory.h"

namespace fairfeed::e2e {
namespace {

constexpr std::size_t kFirstForecast = 4;  // its shares are for window 6, in the hours of window 0

std::int64_t sum_of(const Json& window, std::string_view key) {
    std::int64_t sum = 0;
    for (const Json& quarter : *window.at("quarters").as_array())
        sum += integer(quarter.at(key));
    return sum;
}

// Whether the shares of a settlement bind from the first second of the window that they are for.
bool binds_in_time(const Json& report, const Json& window) {
    return integer(window.at("shares").at(0).at("in_force_from")) ==
           integer(report.at("grid_epoch_s")) +
               integer(window.at("shares_for")) * integer(report.at("window_seconds"));
}

// Planned factors bind in their window, and the quarter hours add up to the window.
void expect_planned_factors(const Json& report, const Json& windows) {
    for (std::size_t k = 0; !windows.at(k).is_null(); ++k) {
        const Json& window = windows.at(k);
        EXPECT_EQ(text(window.at("basis")), k < kFirstForecast ? "previous_window" : "expected");
        EXPECT_EQ(window.at("shares_for"), Json(static_cast<std::int64_t>(k + 2)));
        EXPECT_EQ(window.at("factors_ppm").as_array()->size(), 16U);
        const Json& target = windows.at(k + 2);
        if (!target.is_null() && binds_in_time(report, window)) {
            EXPECT_EQ(target.at("bound_ppm"), window.at("factors_ppm")) << k;
        }
        for (const char* key : {"load_wh", "available_wh", "generation_wh"})
            EXPECT_EQ(sum_of(window, key), integer(window.at(key))) << k << ' ' << key;
    }
}

TEST(DemoSchedule, follows_the_forecast_from_the_second_day_on) {
    const testing_support::TempDirectory place;
    RunningProgram demo(demo_command({"--nodes", "2", "--windows", "8", "--rule", "waterfill",
                                      "--basis", "expected", "--resolution", "quarter",
                                      "--no-gateway", "--dir", "lab", "--json", "report.json"}),
                        place.path());
    ASSERT_EQ(demo.wait(), 0) << demo.output();
    EXPECT_NE(demo.output().find("basis 'expected', a share for each quarter hour"),
              std::string::npos);
    EXPECT_NE(demo.output().find("8 settlements took shares from the forecast, 8 from the window"),
              std::string::npos)
        << demo.output();
    const Json report = read_json(place / "report.json");
    expect_documented_members(report);
    expect_good_run(report);
    EXPECT_EQ(text(report.at("basis")), "expected");
    EXPECT_EQ(text(report.at("resolution")), "quarter");
    for (const Json& cluster : *report.at("clusters").as_array())
        expect_planned_factors(report, cluster.at("windows"));
    const Json& metered = report.at("by_quarter");
    const Json& replayed = report.at("rules").at(1);
    EXPECT_EQ(text(replayed.at("rule")), "waterfill");
    EXPECT_GT(integer(metered.at("curtailed_in_surplus_wh")), 10'000);
    // A meter's claim for a window is spread over its quarter hours in whole watt hours.
    for (const char* key : {"left_wh", "curtailed_in_surplus_wh", "curtailed_without_surplus_wh"})
        EXPECT_NEAR(static_cast<double>(integer(metered.at(key))),
                    static_cast<double>(integer(replayed.at(key))), 100)
            << key;
}

}  // namespace
}  // namespace fairfeed::e2e
