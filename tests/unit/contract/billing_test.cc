#include "core/contract/billing.h"

#include <gtest/gtest.h>

#include <random>

#include "core/base/units.h"

namespace fairfeed {
namespace {

std::optional<Billed> bill(std::int64_t remainder, Int128 wh, std::int64_t rate) {
    return carry(remainder, wh * rate);
}

TEST(Billing, rounds_down_and_carries_what_was_cut_off) {
    EXPECT_EQ(bill(0, 1500, 250'000), (Billed{375'000, 0}));
    EXPECT_EQ(bill(0, 1, 1999), (Billed{1, 999}));
    EXPECT_EQ(bill(999, 1, 1), (Billed{1, 0}));
    EXPECT_EQ(bill(7, 0, 250'000), (Billed{0, 7}));
    EXPECT_EQ(bill(7, 123, 0), (Billed{0, 7}));
}

TEST(Billing, a_thousand_windows_lose_nothing_against_one_exact_multiplication) {
    std::mt19937_64 random(4242);
    for (const std::int64_t rate : {1, 7, 999, 1001, 237'411, 1'000'003}) {
        std::int64_t remainder = 0;
        std::int64_t billed = 0;
        std::int64_t energy = 0;
        for (int window = 0; window < 1000; ++window) {
            const auto wh = static_cast<std::int64_t>(random() % 5000);
            const auto step = bill(remainder, wh, rate);
            ASSERT_TRUE(step);
            ASSERT_GE(step->remainder, 0);
            ASSERT_LT(step->remainder, kRemainderLimit);
            billed += step->amount_micro;
            remainder = step->remainder;
            energy += wh;
            ASSERT_EQ(billed * kRemainderLimit + remainder, energy * rate);
        }
    }
}

TEST(Billing, a_correction_down_is_rounded_as_the_bill_was_to_the_last_of_64_bits) {
    const auto expect_floor = [](Int128 thousandths) {
        for (const std::int64_t remainder :
             {std::int64_t{0}, std::int64_t{1}, kRemainderLimit - 1}) {
            const Int128 whole = thousandths + remainder;
            const auto amount = narrow(floor_div(whole, kRemainderLimit));
            const auto carried = carry(remainder, thousandths);
            ASSERT_EQ(carried.has_value(), amount.has_value());
            if (!amount) continue;
            EXPECT_EQ(carried->amount_micro, *amount);
            EXPECT_EQ(Int128{carried->amount_micro} * kRemainderLimit + carried->remainder, whole);
            EXPECT_GE(carried->remainder, 0);
            EXPECT_LT(carried->remainder, kRemainderLimit);
        }
    };
    for (const Int128 near :
         {Int128{0}, Int128{INT64_MIN}, Int128{INT64_MAX}, Int128{INT64_MIN} * kRemainderLimit,
          Int128{INT64_MAX} * kRemainderLimit})
        for (int off = -2001; off <= 2001; ++off)
            expect_floor(near + off);
}

TEST(Billing, refuses_a_remainder_outside_its_range) {
    EXPECT_FALSE(bill(-1, 1, 5));
    EXPECT_FALSE(bill(1000, 1, 5));
}

TEST(Billing, refuses_an_amount_beyond_64_bits_and_takes_the_largest_that_fits) {
    EXPECT_EQ(bill(807, INT64_MAX, 1000), (Billed{INT64_MAX, 807}));
    EXPECT_EQ(bill(999, INT64_MAX, 1000), (Billed{INT64_MAX, 999}));
    EXPECT_FALSE(bill(0, INT64_MAX, 1001));
    EXPECT_FALSE(bill(0, INT64_MAX, INT64_MAX));
}

}  // namespace
}  // namespace fairfeed
