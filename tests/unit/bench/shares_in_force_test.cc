#include "tests/bench/shares_in_force.h"

#include <gtest/gtest.h>

#include "core/contract/settlement.h"

namespace fairfeed::bench {
namespace {

constexpr std::int64_t kWindow = kWindowSeconds;
constexpr std::int64_t kCapacity = 4000;

// A plan for one meter of 4 kW: the same factor in every quarter hour but the last.
PlannedShares plan_of(std::int64_t factor_ppm, std::int64_t last_ppm) {
    Factors factors(kQuartersPerWindow, factor_ppm);
    factors.back() = last_ppm;
    return {ShareBasis::previous_window, factors, {{MeterId("a"), kCapacity}}};
}

std::int64_t share_at(SharesInForce& in_force, std::int64_t start_s, std::size_t quarter) {
    const auto at_s = start_s + static_cast<std::int64_t>(quarter) * kSecondsPerQuarter;
    return binding_share_w(in_force.of_window(start_s).front(), kCapacity, at_s);
}

TEST(SharesInForceTest, gives_all_that_a_capacity_allows_before_anything_is_told) {
    for (const auto resolution : {ShareResolution::window, ShareResolution::quarter}) {
        SharesInForce in_force(resolution, 1);
        EXPECT_EQ(share_at(in_force, 0, 0), kCapacity);
    }
}

TEST(SharesInForceTest, multiplies_the_power_with_the_factor_of_each_quarter_hour) {
    SharesInForce in_force(ShareResolution::quarter, 1);
    in_force.take({plan_of(500'000, 250'000), kWindow, kWindow});
    EXPECT_EQ(share_at(in_force, 0, kQuartersPerWindow - 1), kCapacity);
    EXPECT_EQ(share_at(in_force, kWindow, 0), 2000);
    EXPECT_EQ(share_at(in_force, kWindow, kQuartersPerWindow - 1), 1000);
}

TEST(SharesInForceTest, keeps_the_last_factor_until_a_late_plan_binds) {
    SharesInForce in_force(ShareResolution::quarter, 1);
    in_force.take({plan_of(500'000, 250'000), 0, 0});
    in_force.take({plan_of(750'000, 750'000), kWindow, kWindow + 2 * kSecondsPerQuarter});
    EXPECT_EQ(share_at(in_force, kWindow, 1), 1000);
    EXPECT_EQ(share_at(in_force, kWindow, 2), 3000);
}

TEST(SharesInForceTest, holds_one_share_for_a_window_where_shares_have_no_factors) {
    SharesInForce in_force(ShareResolution::window, 1);
    in_force.take({{ShareBasis::previous_window, {}, {{MeterId("a"), 1500}}}, 0, 0});
    EXPECT_EQ(share_at(in_force, 0, 0), 1500);
    EXPECT_EQ(share_at(in_force, 5 * kWindow, 3), 1500);
}

}  // namespace
}  // namespace fairfeed::bench
