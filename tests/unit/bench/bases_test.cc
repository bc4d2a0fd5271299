#include "tests/bench/bases.h"

#include <gtest/gtest.h>

#include "tests/unit/bench/side_by_side.h"

namespace fairfeed::bench {
namespace {

constexpr Window kWindowsPerDay = 6;
constexpr Window kNoon = 3;  // the window of the day that begins at noon

ObservedMeters seen_in(const Street& street, Window window) {
    ObservedMeters out;
    for (const Home& home : street.clusters.front()) {
        out.push_back({home.meter, home.capacity_w, {}});
        for (std::size_t j = 0; j < kQuartersPerWindow; ++j) {
            const std::size_t quarter = window * kQuartersPerWindow + j;
            out.back().quarters.push_back({home.load_wh[quarter], home.available_wh[quarter]});
        }
    }
    return out;
}

// What the settlement of `window` tells, after all windows before it.
ToldShares told_by(const Choice& choice, Window window) {
    const Street street = side_by_side();
    const auto basis = make_basis(choice, street.start_s);
    for (Window before = 0; before < window; ++before)
        (void)basis->settled(before, seen_in(street, before));
    return basis->settled(window, seen_in(street, window)).value();
}

Choice by_quarter(const std::string& basis) {
    return {basis, ShareResolution::quarter, ShareRule::waterfill, kPpm};
}

std::int64_t start_of(Window window) {
    return side_by_side().start_s + window * kWindowSeconds;
}

TEST(Bases, tell_the_window_before_half_an_hour_into_the_next_one) {
    const ToldShares told = told_by(by_quarter("previous_window"), kNoon);
    EXPECT_EQ(told.start_s, start_of(kNoon + 1));
    EXPECT_EQ(told.from_s, start_of(kNoon + 1) + 2 * kSecondsPerQuarter);
}

TEST(Bases, tell_yesterday_and_the_forecast_before_their_windows_begin) {
    const ToldShares yesterday = told_by(by_quarter("same_window_yesterday"), kNoon);
    EXPECT_EQ(yesterday.start_s, start_of(kNoon + kWindowsPerDay));
    EXPECT_EQ(yesterday.from_s, yesterday.start_s);
    const ToldShares expected = told_by(by_quarter("expected"), kNoon);
    EXPECT_EQ(expected.start_s, start_of(kNoon + 2));
    EXPECT_EQ(expected.from_s, expected.start_s);
}

TEST(Bases, take_the_window_settled_while_the_forecast_has_no_history) {
    const Street street = side_by_side();
    const ToldShares told = told_by(by_quarter("expected"), kNoon);
    EXPECT_EQ(told.plan, plan_from_window(ShareRule::waterfill, ShareBasis::previous_window,
                                          seen_in(street, kNoon), kQuartersPerWindow));
    EXPECT_EQ(told_by(by_quarter("expected"), kWindowsPerDay - 2).plan.basis, ShareBasis::expected);
}

TEST(Bases, forecast_from_the_windows_before_the_one_that_is_settled) {
    const Street street = side_by_side();
    const Window settled = 2 * kWindowsPerDay + kNoon - 2;
    ForecastParameters parameters;
    parameters.needless_weight_ppm = kPpm;
    ClusterHistory history;
    for (Window window = 0; window < settled; ++window)
        observe(history, parameters, {window * kWindowSeconds, seen_in(street, window)});
    std::vector<MeterCapacity> capacities;
    for (const Home& home : street.clusters.front())
        capacities.push_back({home.meter, home.capacity_w});
    EXPECT_EQ(told_by(by_quarter("expected"), settled).plan,
              plan_from_history(history, parameters, (settled + 2) * kWindowSeconds, kWindowSeconds,
                                capacities));
}

TEST(Bases, settle_one_share_a_window_by_the_rule_s_own_arithmetic) {
    const Choice choice{"same_window_yesterday", ShareResolution::window, ShareRule::waterfill,
                        kPpm};
    std::vector<Producer> producers;
    std::int64_t load_wh = 0;
    std::int64_t available_wh = 0;
    for (const ObservedMeter& meter : seen_in(side_by_side(), kNoon)) {
        producers.push_back({meter.meter, meter.capacity_w, 0, 0});
        for (const QuarterEnergy& quarter : meter.quarters) {
            producers.back().available_wh += quarter.available_wh;
            producers.back().load_wh += quarter.load_wh;
        }
        load_wh += producers.back().load_wh;
        available_wh += producers.back().available_wh;
    }
    ASSERT_GT(available_wh, load_wh);
    const ToldShares told = told_by(choice, kNoon);
    EXPECT_TRUE(told.plan.factors.empty());
    EXPECT_EQ(told.plan.powers,
              compute_shares(ShareRule::waterfill, kWindowSeconds, load_wh, available_wh, producers)
                  .shares);
}

TEST(Bases, take_a_margin_on_the_sun_as_a_larger_surplus) {
    Choice plain = by_quarter("same_window_yesterday");
    plain.rule = ShareRule::paper;
    Choice wide = plain;
    wide.margin_ppm = 1'300'000;
    const Factors factors = told_by(plain, kNoon).plan.factors;
    const Factors narrowed = told_by(wide, kNoon).plan.factors;
    EXPECT_LT(narrowed.front(), factors.front());
}

}  // namespace
}  // namespace fairfeed::bench
