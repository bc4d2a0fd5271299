#include "gateway/forecast/time_of_use.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/io/zone_file.h"
#include "tests/unit/forecast/made_series.h"

namespace fairfeed::forecast {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::int64_t kQuarterS = 900;
constexpr std::int64_t kHourS = 3600;
constexpr std::int64_t kAutumnDay = 1'477'778'400;  // 2016-10-30 00:00 in Berlin
constexpr std::int64_t kSpringDay = 1'490'482'800;  // 2017-03-26 00:00 in Berlin

// Night until 06:00 and from 22:00, day, and peak on working days from 17:00 to 20:00.
BandTable three_bands() {
    BandTable table{{"night", "day", "peak"}, {}};
    for (std::size_t quarter = 0; quarter < kQuartersPerLocalWeek; ++quarter) {
        const std::size_t hour = quarter % 96 / 4;
        const bool is_peak = quarter < 5 * 96 && hour >= 17 && hour < 20;
        table.band_of_quarter.push_back(hour < 6 || hour >= 22 ? 0 : is_peak ? 2 : 1);
    }
    return table;
}

std::string at(const TimeZone& zone, std::int64_t utc_s) {
    return text_of_local_quarter(local_quarter(zone, utc_s));
}

TEST(TimeOfUse, goes_by_the_clock_on_the_wall) {
    const TimeZone berlin = middle_europe();
    EXPECT_EQ(at(berlin, kMonday), "Mon 02:00");
    EXPECT_EQ(at(berlin, kMonday - 7200), "Mon 00:00");
    EXPECT_EQ(at(berlin, kMonday - 7201), "Sun 23:45");
    EXPECT_EQ(at(berlin, kMonday + kQuarterS - 1), "Mon 02:00");
    const BandTable table = three_bands();
    EXPECT_EQ(band_at(table, berlin, kMonday), 0U);
    EXPECT_EQ(band_at(table, berlin, kMonday + 4 * kHourS), 1U);
    EXPECT_EQ(band_at(table, berlin, kMonday + 15 * kHourS), 2U);
    EXPECT_EQ(band_at(table, berlin, kMonday + 18 * kHourS), 1U);
    EXPECT_EQ(band_at(table, berlin, kMonday + 5 * kSecondsPerDay + 15 * kHourS), 1U);
}

TEST(TimeOfUse, an_hour_that_comes_twice_is_billed_twice_by_its_band) {
    const TimeZone berlin = middle_europe();
    EXPECT_EQ(at(berlin, kAutumnDay), "Sun 00:00");
    EXPECT_EQ(at(berlin, kAutumnDay + 2 * kHourS), "Sun 02:00");
    EXPECT_EQ(at(berlin, kAutumnDay + 3 * kHourS), "Sun 02:00");
    EXPECT_EQ(at(berlin, kAutumnDay + 4 * kHourS - kQuarterS), "Sun 02:45");
    EXPECT_EQ(at(berlin, kAutumnDay + 4 * kHourS), "Sun 03:00");
    EXPECT_EQ(at(berlin, kAutumnDay + 25 * kHourS), "Mon 00:00");
    EXPECT_THAT(quarters_by_band(three_bands(), berlin, kAutumnDay, kAutumnDay + 25 * kHourS),
                ElementsAre(4 * 9, 4 * 16, 0));
}

TEST(TimeOfUse, an_hour_that_does_not_come_costs_nothing) {
    const TimeZone berlin = middle_europe();
    EXPECT_EQ(at(berlin, kSpringDay + 2 * kHourS - kQuarterS), "Sun 01:45");
    EXPECT_EQ(at(berlin, kSpringDay + 2 * kHourS), "Sun 03:00");
    EXPECT_EQ(at(berlin, kSpringDay + 23 * kHourS), "Mon 00:00");
    EXPECT_THAT(quarters_by_band(three_bands(), berlin, kSpringDay, kSpringDay + 23 * kHourS),
                ElementsAre(4 * 7, 4 * 16, 0));
}

TEST(TimeOfUse, every_other_week_has_each_quarter_hour_once) {
    const TimeZone berlin = middle_europe();
    std::vector<int> seen(kQuartersPerLocalWeek);
    const std::int64_t from_s = kMonday - 7200;
    for (std::int64_t at_s = from_s; at_s < from_s + kSecondsPerWeek; at_s += kQuarterS)
        ++seen[local_quarter(berlin, at_s)];
    EXPECT_THAT(seen, ::testing::Each(1));
    EXPECT_THAT(quarters_by_band(three_bands(), berlin, from_s, from_s + kSecondsPerWeek),
                ElementsAre(4 * 56, 4 * 97, 4 * 15));
}

TEST(TimeOfUse, knows_zones_that_change_by_half_an_hour_or_not_at_full_hours) {
    const auto lord_howe = load_time_zone("Australia/Lord_Howe");
    const auto kathmandu = load_time_zone("Asia/Kathmandu");
    ASSERT_TRUE(lord_howe && kathmandu);
    EXPECT_EQ(at(*kathmandu, kMonday), "Mon 05:45");
    // 2017-04-02 02:00 +11:00 became 01:30 +10:30.
    const std::int64_t change_s = 1'491'058'800;
    EXPECT_EQ(at(*lord_howe, change_s - kQuarterS), "Sun 01:45");
    EXPECT_EQ(at(*lord_howe, change_s), "Sun 01:30");
    // The year of the system's zone files has a day of 23 and one of 25 hours as well.
    const auto berlin = load_time_zone("Europe/Berlin");
    ASSERT_TRUE(berlin);
    for (const std::int64_t at_s : {kAutumnDay + 3 * kHourS, kSpringDay + 2 * kHourS})
        EXPECT_EQ(local_quarter(*berlin, at_s), local_quarter(middle_europe(), at_s));
}

TEST(BandTable, that_is_whole_has_no_objection) {
    EXPECT_EQ(objection_to(three_bands()), std::nullopt);
    EXPECT_EQ(objection_to({{"flat"}, std::vector<std::uint8_t>(672, 0)}), std::nullopt);
}

TEST(BandTable, that_is_wrong_is_refused_with_the_place) {
    const auto told = [](auto change) {
        BandTable table = three_bands();
        change(table);
        return objection_to(table).value_or("fine");
    };
    using B = BandTable;
    EXPECT_THAT(told([](B& b) { b.names.clear(); }), HasSubstr("1 to 8 bands, and this one 0"));
    EXPECT_THAT(told([](B& b) { b.names.resize(9, "x"); }), HasSubstr("and this one 9"));
    EXPECT_THAT(told([](B& b) { b.names[1] = "Day"; }), HasSubstr("band 1: a name is"));
    EXPECT_THAT(told([](B& b) { b.names[2] = "day"; }), HasSubstr("two bands are called 'day'"));
    EXPECT_THAT(told([](B& b) { b.band_of_quarter.pop_back(); }), HasSubstr("this table 671"));
    EXPECT_THAT(told([](B& b) { b.band_of_quarter.push_back(0); }), HasSubstr("this table 673"));
    EXPECT_THAT(told([](B& b) { b.band_of_quarter[96 + 29] = 3; }),
                HasSubstr("Tue 07:15: there is no band 3, the last one is 2"));
    EXPECT_THAT(told([](B& b) { b.names.push_back("holiday"); }),
                HasSubstr("no quarter hour has the band 'holiday'"));
}

}  // namespace
}  // namespace fairfeed::forecast
