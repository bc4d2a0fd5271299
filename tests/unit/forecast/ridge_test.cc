#include "gateway/forecast/ridge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/dice.h"

namespace fairfeed::forecast {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;

constexpr double kTiny = 1e-9;

// y = 3 a - 2 b, with the columns in units that differ by a million.
RidgeSums sums_of(std::uint64_t seed, double unit = 1) {
    test::Dice dice(seed);
    RidgeSums sums(2);
    for (int i = 0; i < 50; ++i) {
        const auto a = static_cast<double>(dice.between(-100, 100));
        const auto b = static_cast<double>(dice.between(-100, 100));
        sums.add({a, b * unit}, 3 * a - 2 * b);
    }
    return sums;
}

TEST(Ridge, finds_the_coefficients_of_a_linear_rule) {
    EXPECT_THAT(sums_of(1).coefficients(kTiny),
                ElementsAre(DoubleNear(3, 1e-6), DoubleNear(-2, 1e-6)));
}

TEST(Ridge, shrinks_by_the_penalty_whatever_the_unit_of_a_column) {
    const auto small = sums_of(2).coefficients(1);
    const auto large = sums_of(2, 1e6).coefficients(1);
    EXPECT_LT(small[0], 2);
    EXPECT_GT(small[0], 1);
    EXPECT_NEAR(large[0], small[0], 1e-9);
    EXPECT_NEAR(large[1] * 1e6, small[1], 1e-9);
}

TEST(Ridge, halves_the_coefficient_of_a_lone_column_at_a_penalty_of_one) {
    RidgeSums sums(1);
    for (const double x : {1.0, -2.0, 5.0})
        sums.add({x}, 4 * x);
    EXPECT_NEAR(sums.coefficients(1)[0], 2, 1e-12);
}

TEST(Ridge, gives_empty_columns_nothing_and_twins_the_same) {
    RidgeSums sums(4);
    for (const double x : {1.0, 2.0, 3.0, 4.0})
        sums.add({x, x, 0, x * 1e-16}, 10 * x);
    const auto found = sums.coefficients(0.01);
    EXPECT_NEAR(found[0], found[1], 1e-9);
    EXPECT_NEAR(found[0] + found[1], 10, 0.1);
    EXPECT_EQ(found[2], 0);
    EXPECT_EQ(found[3], 0);
}

TEST(Ridge, says_zero_without_rows) {
    EXPECT_THAT(RidgeSums(2).coefficients(1), ElementsAre(0, 0));
}

TEST(Ridge, adds_rows_up_in_any_portions) {
    RidgeSums both = sums_of(3);
    both.add(sums_of(4));
    EXPECT_EQ(both.rows(), 100U);
    EXPECT_THAT(both.coefficients(kTiny), ElementsAre(DoubleNear(3, 1e-6), DoubleNear(-2, 1e-6)));
}

}  // namespace
}  // namespace fairfeed::forecast
