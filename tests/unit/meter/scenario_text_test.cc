#include "meter-sim/scenario_text.h"

#include <gtest/gtest.h>

namespace fairfeed {
namespace {

constexpr std::int64_t kHour = 3600;
constexpr std::int64_t kDay = 24 * kHour;

TEST(ScenarioText, reads_times_of_the_first_and_of_later_days) {
    EXPECT_EQ(scenario_time("00:00"), 0);
    EXPECT_EQ(scenario_time("9:05"), 9 * kHour + 300);
    EXPECT_EQ(scenario_time("10:00:07"), 10 * kHour + 7);
    EXPECT_EQ(scenario_time("24:00"), kDay);
    EXPECT_EQ(scenario_time("day 3 06:30"), 2 * kDay + 6 * kHour + 1800);
}

TEST(ScenarioText, refuses_what_is_no_time) {
    for (const char* text : {"", "10", "10:0", "10:000", "25:00", "24:01", "10:60", "-1:00", "noon",
                             "day 0 10:00", "day 10:00", "day x 10:00", "10:00 ", "10:00:6",
                             "24:00:01", "10:00:60", "day 99999 10:00"})
        EXPECT_EQ(scenario_time(text), std::nullopt) << text;
}

TEST(ScenarioText, reads_spans_of_one_and_of_several_units) {
    EXPECT_EQ(scenario_span("3h"), 3 * kHour);
    EXPECT_EQ(scenario_span("90min"), 90 * 60);
    EXPECT_EQ(scenario_span("45s"), 45);
    EXPECT_EQ(scenario_span("2d"), 2 * kDay);
    EXPECT_EQ(scenario_span("1h30min"), kHour + 1800);
}

TEST(ScenarioText, refuses_what_is_no_span) {
    for (const char* text :
         {"", "3", "h", "0h", "-3h", "3 h", "1.5h", "3m", "99999999999999999999s", "4000d"})
        EXPECT_EQ(scenario_span(text), std::nullopt) << text;
}

TEST(ScenarioText, says_times_as_it_reads_them) {
    for (const char* text : {"day 1 00:00", "day 1 10:05", "day 2 06:30", "day 12 23:59:59"})
        EXPECT_EQ(scenario_time_text(*scenario_time(text)), text);
}

}  // namespace
}  // namespace fairfeed
