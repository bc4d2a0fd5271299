#include "core/base/time_zone.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fairfeed {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::int64_t kHour = 3600;
constexpr std::int64_t kSpring = 1'711'846'800;  // 2024-03-31 01:00 UTC
constexpr std::int64_t kAutumn = 1'729'990'800;  // 2024-10-27 01:00 UTC

TimeZone brussels_2024() {
    return TimeZone("Europe/Brussels", {{0, kHour}, {kSpring, 2 * kHour}, {kAutumn, kHour}});
}

TEST(TimeZone, the_hour_that_comes_twice_has_two_instants) {
    const std::int64_t two_o_clock = kAutumn + kHour;  // 02:00 after the change
    EXPECT_THAT(brussels_2024().instants(two_o_clock), ElementsAre(kAutumn - kHour, kAutumn));
    EXPECT_THAT(brussels_2024().instants(two_o_clock + kHour), ElementsAre(kAutumn + kHour));
}

TEST(TimeZone, the_hour_that_clocks_skip_has_none) {
    EXPECT_THAT(brussels_2024().instants(kSpring + kHour), IsEmpty());
    EXPECT_THAT(brussels_2024().instants(kSpring + kHour - 1), ElementsAre(kSpring - 1));
    EXPECT_THAT(brussels_2024().instants(kSpring + 2 * kHour), ElementsAre(kSpring));
}

TEST(TimeZone, standard_time_is_known_in_summer_too) {
    EXPECT_EQ(brussels_2024().offset_s(kSpring), 2 * kHour);
    EXPECT_EQ(brussels_2024().standard_offset_s(kSpring), kHour);
    EXPECT_EQ(brussels_2024().standard_offset_s(kAutumn - 1), kHour);
}

TEST(TimeZone, offsets_are_read_as_people_write_them) {
    EXPECT_EQ(TimeZone::fixed("+01:00")->offset_s(0), kHour);
    EXPECT_EQ(TimeZone::fixed("-0930")->offset_s(0), -9 * kHour - 1800);
    EXPECT_EQ(TimeZone::fixed("UTC+2")->offset_s(0), 2 * kHour);
    EXPECT_EQ(TimeZone::fixed("Z")->offset_s(0), 0);
    EXPECT_EQ(TimeZone::fixed("+5")->name(), "UTC+05:00");
    for (const char* other : {"", "+", "1", "+99", "+01:0", "+01:60", "Europe/Brussels", "+-1"})
        EXPECT_FALSE(TimeZone::fixed(other)) << other;
}

}  // namespace
}  // namespace fairfeed
