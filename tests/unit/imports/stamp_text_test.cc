#include "meter-sim/imports/stamp_text.h"

#include <gtest/gtest.h>

namespace fairfeed::imports {
namespace {

constexpr std::int64_t kTenFifteen = 1'706'696'100;  // 2024-01-31 10:15, read as UTC

Stamp stamp(std::string_view text, DateOrder order = DateOrder::day_first) {
    const auto out = parse_stamp(text, order);
    EXPECT_TRUE(out) << text;
    return out.value_or(Stamp{});
}

TEST(StampText, reads_times_as_portals_write_them) {
    for (const char* text :
         {"2024-01-31T10:15:00", "2024-01-31 10:15", "31-01-2024 10:15:00", "31/01/2024 10:15",
          "31.1.2024 10:15", "20240131 1015", "31-01-24 10:15", "2024/01/31 10:15:00.250",
          "2024-01-31, 10:15", "31-01-2024 10:15 AM"})
        EXPECT_EQ(stamp(text), (Stamp{kTenFifteen, std::nullopt})) << text;
}

TEST(StampText, keeps_the_offset_that_is_written) {
    EXPECT_EQ(stamp("2024-01-31T10:15:00+01:00"), (Stamp{kTenFifteen, 3600}));
    EXPECT_EQ(stamp("2024-01-31 10:15:00 CEST+0200"), (Stamp{kTenFifteen, 7200}));
    EXPECT_EQ(stamp("2024-01-31 10:15 CET"), (Stamp{kTenFifteen, 3600}));
    EXPECT_EQ(stamp("2024-01-31T10:15:00.000Z"), (Stamp{kTenFifteen, 0}));
    EXPECT_EQ(stamp("2024-01-31T10:15-08:00"), (Stamp{kTenFifteen, -28'800}));
    EXPECT_EQ(stamp("1706696100"), (Stamp{kTenFifteen, 0}));
    EXPECT_EQ(stamp("1706696100000"), (Stamp{kTenFifteen, 0}));
    EXPECT_EQ(stamp("1706696100.0"), (Stamp{kTenFifteen, 0}));
}

TEST(StampText, knows_months_that_come_first_and_half_days) {
    EXPECT_EQ(stamp("1/31/2024 10:15 AM", DateOrder::month_first).local_s, kTenFifteen);
    EXPECT_EQ(stamp("1/31/2024 10:15 PM", DateOrder::month_first).local_s, kTenFifteen + 43'200);
    EXPECT_EQ(stamp("1/31/2024 12:15 AM", DateOrder::month_first).local_s, kTenFifteen - 36'000);
}

TEST(StampText, midnight_has_two_names) {
    EXPECT_EQ(stamp("2024-01-31 24:00"), stamp("2024-02-01 00:00"));
    EXPECT_EQ(stamp("2024-02-01"), stamp("2024-02-01 00:00"));
}

TEST(StampText, refuses_what_is_no_time) {
    for (const char* text : {"",
                             "total",
                             "2024-13-01 10:15",
                             "30-02-2024 10:15",
                             "2024-01-31 25:00",
                             "2024-01-31 10:60",
                             "2024-01-31 24:15",
                             "2024-01-31 10",
                             "10:15",
                             "2024-01-31 10:15 XYZ",
                             "2024-01-31 10:15 13",
                             "2024-01-31x10:15",
                             "99999999999",
                             "1869-01-01",
                             "2024-01-31 13:00 PM",
                             "1-1-1-1",
                             "2024-01-31T10:15:00+99:00",
                             "2024-01-31 10:15:00.",
                             "--",
                             "2024--1",
                             "31-Foo-2024",
                             "Jan",
                             "Jan 2024 10:15",
                             "31 Jan 24"})
        EXPECT_FALSE(parse_stamp(text, DateOrder::day_first)) << text;
}

}  // namespace
}  // namespace fairfeed::imports
