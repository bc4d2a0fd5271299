// Settled windows by the quarter hour: what happened, and what each rule would have done with them.
#include "edge-node/commands/quarter_replay.h"

#include <gtest/gtest.h>

namespace fairfeed {
namespace {

constexpr std::int64_t kWindowS = 14'400;
constexpr std::size_t kQuarters = 16;

NetworkParameters parameters(ShareBasis basis, ShareResolution resolution) {
    NetworkParameters out;
    out.window_seconds = kWindowS;
    out.basis = basis;
    out.resolution = resolution;
    return out;
}

// One producer of 10 kW and one consumer. In a quarter hour of the first two hours the sun gives
// 400 Wh and the load is 100 Wh, afterwards 50 and 60 Wh.
SettledWindow cloud_after_sun(Window index, const NetworkParameters& parameters) {
    SettledWindow out;
    out.window = index;
    const std::int64_t told_s = (index + 1) * kWindowS + parameters.share_notice_s;
    const std::int64_t target_s = share_is_for(parameters, index) * kWindowS;
    out.in_force_from_s = std::max(told_s, target_s);
    ObservedMeter sun{MeterId("m1"), 10'000, {}};
    ObservedMeter home{MeterId("m2"), 0, {}};
    for (std::size_t j = 0; j < kQuarters; ++j) {
        const bool is_sunny = j < kQuarters / 2;
        const std::int64_t available_wh = is_sunny ? 400 : 50;
        sun.quarters.push_back({40, available_wh});
        home.quarters.push_back({is_sunny ? 60 : 20, 0});
        out.generation_wh.push_back(available_wh);
    }
    out.observed = {sun, home};
    return out;
}

std::vector<SettledWindow> days(Window windows, const NetworkParameters& parameters) {
    std::vector<SettledWindow> out;
    for (Window index = 0; index < windows; ++index)
        out.push_back(cloud_after_sun(index, parameters));
    return out;
}

TEST(QuarterReplay, counts_what_happened_by_the_quarter_hour) {
    auto windows = days(2, parameters(ShareBasis::previous_window, ShareResolution::window));
    windows[1].generation_wh[0] = 150;  // 250 of 400 Wh curtailed, where the load is 100
    windows[1].generation_wh[1] = 90;   // 10 Wh more than a surplus needs
    windows[1].generation_wh[15] = 30;
    const auto counted = count_quarters(ShareRule::generation, windows);
    ASSERT_TRUE(counted);
    const RuleOutcome expected{ShareRule::generation, 2 * 8 * 300, 14 * 300 + 50, 250 + 310, 20};
    EXPECT_EQ(*counted, expected);
    windows[1].observed.reset();
    EXPECT_FALSE(count_quarters(ShareRule::generation, windows));
    EXPECT_FALSE(have_quarters(windows));
}

TEST(QuarterReplay, curtails_only_the_quarter_hours_that_had_a_surplus) {
    const auto by_quarter = parameters(ShareBasis::previous_window, ShareResolution::quarter);
    const auto outcome = replay_quarters(ShareRule::waterfill, by_quarter, days(3, by_quarter));
    // No share binds in the first window, nor in the first quarter hour of the others.
    const RuleOutcome expected{ShareRule::waterfill, 3 * 8 * 300, (8 + 2) * 300, 14 * 300, 0};
    EXPECT_EQ(outcome, expected);
}

// A window has 1280 Wh of load. A share for all of it is 80 Wh in each quarter hour: 20 Wh less
// than the load in the sun.
TEST(QuarterReplay, has_one_share_for_a_window_where_the_network_has) {
    const auto by_window = parameters(ShareBasis::expected, ShareResolution::window);
    const auto outcome = replay_quarters(ShareRule::waterfill, by_window, days(3, by_window));
    const RuleOutcome expected{ShareRule::waterfill, 3 * 8 * 300, 2 * 8 * 300, 8 * 320, 0};
    EXPECT_EQ(outcome, expected);
}

TEST(QuarterReplay, learns_the_hours_of_a_day_where_shares_come_from_the_forecast) {
    const auto forecast = parameters(ShareBasis::expected, ShareResolution::quarter);
    const auto at_noon_only = [&] {
        auto windows = days(12, forecast);
        for (SettledWindow& window : windows) {
            if (window.window % 6 == 2) continue;
            for (QuarterEnergy& quarter : window.observed->front().quarters)
                quarter.available_wh = 0;
        }
        return windows;
    }();
    // Windows 2 and 8 have the sun. Without history their shares come from windows 0 and 6, which
    // have none; so the first day leaves everything. On the second the forecast, in steps of 2.5 %
    // of the capacity, takes the 5 % that are 125 Wh.
    const auto outcome = replay_quarters(ShareRule::waterfill, forecast, at_noon_only);
    EXPECT_EQ(outcome.surplus_wh, 2 * 8 * 300);
    EXPECT_EQ(outcome.left_wh, 8 * 300 + 8 * 25);
    EXPECT_EQ(outcome.curtailed_in_surplus_wh, 8 * 275);
    EXPECT_EQ(outcome.curtailed_without_surplus_wh, 0);
}

}  // namespace
}  // namespace fairfeed
