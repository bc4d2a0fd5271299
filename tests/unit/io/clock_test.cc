#include "core/io/clock.h"

#include <gtest/gtest.h>

namespace fairfeed {
namespace {

TEST(ClockTest, moves_forward_and_knows_the_century) {
    const Clock clock;
    const Instant first = clock.now();
    const Instant second = clock.now();
    EXPECT_LE(first.steady_ms, second.steady_ms);
    EXPECT_GT(first.real_ms, 1'600'000'000'000);
}

TEST(ClockTest, takes_the_operators_word) {
    EXPECT_TRUE(Clock(ClockTrust::operator_vouches).now().synchronised);
}

}  // namespace
}  // namespace fairfeed
