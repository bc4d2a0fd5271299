#include "core/contract/yield.h"

#include <gtest/gtest.h>

#include <vector>

namespace fairfeed {
namespace {

constexpr std::int64_t kHour = 3600;

struct Roof {
    std::int64_t capacity_w = 0;
    std::int64_t available_wh = 0;
    bool estimated = false;
};

// Which of them are flagged, as "010".
std::string flagged(const std::vector<Roof>& roofs, std::int64_t window_seconds = kHour) {
    std::vector<SettlementLine> lines;
    for (const Roof& roof : roofs) {
        SettlementLine line;
        line.meter = MeterId("m" + std::to_string(lines.size()));
        line.capacity_w = roof.capacity_w;
        line.available_wh = roof.available_wh;
        line.estimated = roof.estimated;
        lines.push_back(line);
    }
    flag_odd_yields(lines, window_seconds);
    std::string out;
    for (const SettlementLine& line : lines)
        out += (line.flags & kLineOddYield) != 0 ? '1' : '0';
    return out;
}

TEST(OddYield, marks_who_is_beyond_twice_or_below_half_of_the_middle) {
    EXPECT_EQ(flagged({{1000, 300}, {2000, 600}, {4000, 1200}}), "000");
    EXPECT_EQ(flagged({{1000, 300}, {1000, 600}, {1000, 250}}), "000");  // twice of it exactly
    EXPECT_EQ(flagged({{1000, 300}, {1000, 601}, {1000, 250}}), "010");
    EXPECT_EQ(flagged({{1000, 300}, {1000, 150}, {1000, 320}}), "000");  // half of it exactly
    EXPECT_EQ(flagged({{1000, 300}, {1000, 149}, {1000, 320}}), "010");
    EXPECT_EQ(flagged({{1000, 300}, {10'000, 1400}, {5000, 1500}}), "010") << "for each watt";
}

TEST(OddYield, lets_one_liar_put_nobody_else_in_the_pillory) {
    EXPECT_EQ(flagged({{1000, 250}, {1000, 250}, {1000, 1000}}), "001");
    EXPECT_EQ(flagged({{1000, 250}, {1000, 250}, {1000, 0}}), "001");
}

TEST(OddYield, says_nothing_in_the_dark_or_where_there_is_no_middle) {
    EXPECT_EQ(flagged({{1000, 0}, {1000, 0}, {1000, 0}}), "000");
    EXPECT_EQ(flagged({{1000, 20}, {1000, 90}, {1000, 199}}), "000");
    EXPECT_EQ(flagged({{1000, 20}, {1000, 90}, {1000, 200}}), "001");
    EXPECT_EQ(flagged({{1000, 20}, {1000, 90}, {1000, 200}}, 2 * kHour), "000");
    EXPECT_EQ(flagged({{1000, 900}, {1000, 100}}), "00");
    EXPECT_EQ(flagged({{1000, 900}, {1000, 100}, {0, 5000}}), "000") << "no prosumer";
    EXPECT_EQ(flagged({{1000, 900}, {1000, 300}, {1000, 300, true}}), "000") << "an estimate";
    EXPECT_EQ(flagged({}), "");
}

TEST(OddYield, takes_the_lower_of_two_in_the_middle) {
    EXPECT_EQ(flagged({{1000, 300}, {1000, 300}, {1000, 900}, {1000, 900}}), "0011");
}

}  // namespace
}  // namespace fairfeed
