#include "core/model/band_hours.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/wire/samples.h"

namespace fairfeed {
namespace {

using ::testing::HasSubstr;

std::string marked(std::string_view hours) {
    Tariff tariff;
    tariff.more = {{"peak", {}}};
    BandWeek week(kQuartersPerWeek);
    if (const auto fault = mark_hours(week, 1, hours)) return *fault;
    tariff.week = runs_of(week);
    return hours_of(tariff, 1);
}

TEST(BandHours, are_read_and_told_as_people_write_them) {
    EXPECT_EQ(marked("Mon-Fri 17:00-20:00"), "Mon-Fri 17:00-20:00");
    EXPECT_EQ(marked("Sat 10:15-12:00, Mon 00:00-24:00"), "Mon 00:00-24:00, Sat 10:15-12:00");
    EXPECT_EQ(marked("17:00-20:00"), "17:00-20:00");
    EXPECT_EQ(marked("Mon-Sun 17:00-20:00"), "17:00-20:00");
    EXPECT_EQ(marked("Sat-Mon 08:00-09:00"), "Mon 08:00-09:00, Sat-Sun 08:00-09:00");
}

TEST(BandHours, past_midnight_belong_to_the_day_after) {
    EXPECT_EQ(marked("22:00-06:00"), "00:00-06:00, 22:00-24:00");
    EXPECT_EQ(marked("Fri 22:00-06:00"), "Fri 22:00-24:00, Sat 00:00-06:00");
    EXPECT_EQ(marked("Sun 22:00-06:00"), "Mon 00:00-06:00, Sun 22:00-24:00");
}

TEST(BandHours, of_every_band_are_what_they_came_from) {
    const Tariff tariff = samples::banded();
    EXPECT_EQ(hours_of(tariff, 1), "Mon-Fri 17:00-20:00");
    EXPECT_EQ(hours_of(tariff, 2), "00:00-06:00");
    BandWeek week(kQuartersPerWeek);
    for (const std::uint8_t band : {std::uint8_t{1}, std::uint8_t{2}})
        EXPECT_EQ(mark_hours(week, band, hours_of(tariff, band)), std::nullopt);
    EXPECT_EQ(week, week_of(tariff));
    EXPECT_EQ(runs_of(week), tariff.week);
    EXPECT_TRUE(runs_of(BandWeek(kQuartersPerWeek)).empty());
}

TEST(BandHours, that_are_none_or_in_two_bands_are_refused_with_the_place) {
    for (const char* wrong : {"", "Mon", "Mon-Fri", "17-20", "17:10-20:00", "Mo 17:00-20:00",
                              "17:00-17:00", "24:00-01:00", "Mon-Fri 17:00", "25:00-26:00"})
        EXPECT_THAT(marked(wrong), HasSubstr("are no hours: write Mon-Fri 17:00-20:00")) << wrong;
    BandWeek week(kQuartersPerWeek);
    ASSERT_FALSE(mark_hours(week, 1, "Mon 06:00-08:00"));
    EXPECT_EQ(mark_hours(week, 2, "07:45-09:00"), "Mon 07:45 is in two bands");
}

}  // namespace
}  // namespace fairfeed
