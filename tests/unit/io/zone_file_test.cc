#include "core/io/zone_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fairfeed {
namespace {

using ::testing::HasSubstr;

TEST(ZoneFile, knows_when_the_clocks_of_a_named_zone_change) {
    const auto brussels = load_time_zone("Europe/Brussels");
    ASSERT_TRUE(brussels) << brussels.error();
    EXPECT_EQ(brussels->offset_s(1'711'846'799), 3600);
    EXPECT_EQ(brussels->offset_s(1'711'846'800), 7200);
    EXPECT_EQ(brussels->offset_s(1'729'990'800), 3600);
    EXPECT_EQ(brussels->instants(1'729'994'400).size(), 2U);  // 2024-10-27 02:00
    const auto sydney = load_time_zone("Australia/Sydney");
    ASSERT_TRUE(sydney);
    EXPECT_EQ(sydney->standard_offset_s(1'704'067'200), 36'000);  // in January, their summer
}

TEST(ZoneFile, a_zone_that_is_none_is_refused_with_what_to_write) {
    for (const char* name : {"Europe/Atlantis", "", "../../etc/passwd", "CET+1+2"}) {
        const auto zone = load_time_zone(name);
        ASSERT_FALSE(zone) << name;
        EXPECT_THAT(zone.error(), HasSubstr("a name like Europe/Brussels"));
    }
}

TEST(ZoneFile, an_offset_is_a_zone) {
    const auto zone = load_time_zone("+10:00");
    ASSERT_TRUE(zone);
    EXPECT_EQ(zone->offset_s(0), 36'000);
}

}  // namespace
}  // namespace fairfeed
