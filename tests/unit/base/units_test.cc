#include "core/base/units.h"

#include <gtest/gtest.h>

#include <limits>

namespace fairfeed {
namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();

TEST(CheckedArithmetic, gives_nothing_instead_of_wrapping) {
    EXPECT_EQ(checked_add(kMost - 1, 1), kMost);
    EXPECT_EQ(checked_add(kMost, 1), std::nullopt);
    EXPECT_EQ(checked_add(kLeast, -1), std::nullopt);
    EXPECT_EQ(checked_sub(kLeast + 1, 1), kLeast);
    EXPECT_EQ(checked_sub(kLeast, 1), std::nullopt);
    EXPECT_EQ(checked_sub(0, kLeast), std::nullopt);
}

TEST(Narrow, keeps_what_fits_in_64_bits) {
    EXPECT_EQ(narrow(Int128{kMost}), kMost);
    EXPECT_EQ(narrow(Int128{kLeast}), kLeast);
    EXPECT_EQ(narrow(Int128{kMost} + 1), std::nullopt);
    EXPECT_EQ(narrow(Int128{kLeast} - 1), std::nullopt);
    EXPECT_EQ(narrow(Int128{kMost} * kMost), std::nullopt);
}

TEST(FloorDivision, rounds_down_on_both_sides_of_zero) {
    struct Row {
        int a, b, quotient, rest;
    };
    for (const Row& row : {Row{7, 2, 3, 1}, Row{-7, 2, -4, 1}, Row{6, 2, 3, 0}, Row{-6, 2, -3, 0},
                           Row{0, 5, 0, 0}, Row{-1, 1000, -1, 999}, Row{1, 1000, 0, 1}}) {
        EXPECT_TRUE(floor_div(row.a, row.b) == row.quotient) << row.a << '/' << row.b;
        EXPECT_TRUE(floor_mod(row.a, row.b) == row.rest) << row.a << '%' << row.b;
    }
}

}  // namespace
}  // namespace fairfeed
