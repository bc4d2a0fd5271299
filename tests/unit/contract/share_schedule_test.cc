// Shares that vary over a window: what a power and the cluster's factors mean to a meter, and what
// a settled window or a forecast plans.
#include "core/contract/share_schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/contract/settlement.h"
#include "tests/unit/contract/forecast_story.h"

namespace fairfeed {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::int64_t kQ = kSecondsPerQuarter;

TEST(ShareSchedule, scales_a_power_and_rounds_down) {
    EXPECT_EQ(scheduled_share_w(5000, 650'000), 3250);
    EXPECT_EQ(scheduled_share_w(5000, 0), 0);
    EXPECT_EQ(scheduled_share_w(5000, kPpm), 5000);
    EXPECT_EQ(scheduled_share_w(3, 333'333), 0);
    EXPECT_EQ(scheduled_share_w(3, 666'667), 2);
    EXPECT_EQ(scheduled_share_w(7, 999'999), 6);
    EXPECT_EQ(scheduled_share_w(400, 2'500'000), 1000) << "of a mean power, by `generation`";
    EXPECT_EQ(scheduled_share_w(0, kUncurtailedPpm - 1), 0);
}

TEST(ShareSchedule, curtails_nobody_without_a_share_or_by_the_uncurtailed_factor) {
    EXPECT_EQ(scheduled_share_w(kNoShareW, 0), kNoShareW);
    EXPECT_EQ(scheduled_share_w(kNoShareW, 1), kNoShareW);
    EXPECT_EQ(scheduled_share_w(5000, kUncurtailedPpm), kNoShareW);
    EXPECT_EQ(scheduled_share_w(0, kUncurtailedPpm), kNoShareW);
    EXPECT_EQ(scheduled_share_w(kNoShareW - 1, kUncurtailedPpm - 1), kNoShareW) << "no overflow";
}

TEST(ShareSchedule, takes_each_power_from_its_moment_on) {
    const ShareSchedule powers{{1000, -kQ}, {3000, 2 * kQ}};
    EXPECT_THAT(in_quarters(powers, {500'000, kUncurtailedPpm, 500'000, 100'000}, 0),
                ElementsAre(ShareInForce{500, 0}, ShareInForce{kNoShareW, kQ},
                            ShareInForce{1500, 2 * kQ}, ShareInForce{300, 3 * kQ}));
    EXPECT_EQ(in_quarters(powers, {}, 0), powers) << "one share for the whole window";
    EXPECT_THAT(in_quarters({{1000, kQ}}, {0, 0}, 0),
                ElementsAre(ShareInForce{kNoShareW, 0}, ShareInForce{0, kQ}))
        << "100 % before the first";
}

TEST(ShareSchedule, tells_one_entry_for_each_change) {
    const Factors factors{500'000, 500'000, 200'000, kUncurtailedPpm};
    EXPECT_THAT(told_schedule({1000, 0}, factors, 0),
                ElementsAre(ShareInForce{500, 0}, ShareInForce{200, 2 * kQ},
                            ShareInForce{kNoShareW, 3 * kQ}));
    EXPECT_THAT(told_schedule({1000, 77}, {}, 0), ElementsAre(ShareInForce{1000, 77}));
}

TEST(ShareSchedule, tells_nothing_that_binds_before_its_moment) {
    const Factors factors{500'000, 400'000, 300'000, 200'000};
    EXPECT_THAT(told_schedule({1000, 2 * kQ}, factors, 0),
                ElementsAre(ShareInForce{300, 2 * kQ}, ShareInForce{200, 3 * kQ}));
    EXPECT_THAT(told_schedule({1000, 9 * kQ}, factors, 0), ElementsAre(ShareInForce{200, 9 * kQ}))
        << "its block came after the window, whose last factor goes on";
}

TEST(ShareSchedule, knows_what_is_one) {
    EXPECT_TRUE(is_schedule({}));
    EXPECT_TRUE(is_schedule({{0, -5}, {kNoShareW, -5}, {1, 0}}));
    EXPECT_FALSE(is_schedule({{-1, 0}}));
    EXPECT_FALSE(is_schedule({{kNoShareW + 1, 0}}));
    EXPECT_FALSE(is_schedule({{1, 0}, {1, -1}}));
}

TEST(FactorSchedule, is_whole_before_the_first_entry) {
    EXPECT_EQ(factors_in_force({}, 0, 3), Factors(3, kPpm));
    EXPECT_THAT(factors_in_force({{7, kQ}}, 0, 3), ElementsAre(kPpm, 7, 7));
}

TEST(FactorSchedule, merges_equal_factors_in_a_row) {
    FactorSchedule schedule;
    add_factors(schedule, {kPpm, 5, 5, 6}, 0, 0);
    EXPECT_THAT(schedule, ElementsAre(FactorInForce{5, kQ}, FactorInForce{6, 3 * kQ}));
    add_factors(schedule, {6, 6, kPpm, kPpm}, 4 * kQ, 4 * kQ);
    EXPECT_THAT(schedule, ElementsAre(FactorInForce{5, kQ}, FactorInForce{6, 3 * kQ},
                                      FactorInForce{kPpm, 6 * kQ}));
}

TEST(FactorSchedule, replaces_what_was_to_hold_later) {
    FactorSchedule schedule;
    add_factors(schedule, {1, 2, 3, 4}, 0, 0);
    add_factors(schedule, {7, 8, 9, 9}, 0, 2 * kQ);
    EXPECT_EQ(factors_in_force(schedule, 0, 4), (Factors{1, 2, 9, 9})) << "what held stays";
    add_factors(schedule, {5, 6}, 0, kQ);
    EXPECT_EQ(factors_in_force(schedule, 0, 4), (Factors{1, 6, 6, 6}));
    add_factors(schedule, {}, 0, 0);
    EXPECT_THAT(schedule, IsEmpty()) << "no factors: nothing holds from there on";
}

TEST(FactorSchedule, forgets_what_no_later_quarter_hour_depends_on) {
    FactorSchedule schedule;
    add_factors(schedule, {1, 2, 3, 4}, 0, 0);
    FactorSchedule kept = schedule;
    forget_factors(kept, 2 * kQ);
    EXPECT_THAT(kept, ElementsAre(FactorInForce{3, 2 * kQ}, FactorInForce{4, 3 * kQ}));
    for (std::int64_t needed = -1; needed < 6; ++needed) {
        kept = schedule;
        forget_factors(kept, needed * kQ);
        EXPECT_EQ(factors_in_force(kept, needed * kQ, 8),
                  factors_in_force(schedule, needed * kQ, 8));
        EXPECT_EQ(kept.size(),
                  static_cast<std::size_t>(4 - std::clamp<std::int64_t>(needed, 0, 3)));
    }
}

// Two roofs of 4 kW and one of 2 kW in full sun, a neighbour who uses 500 Wh a quarter hour; in the
// second quarter hour clouds.
std::vector<ObservedMeter> a_sunny_hour() {
    const auto meter = [](std::string_view id, std::int64_t capacity_w, std::int64_t load_wh) {
        const std::int64_t sun_wh = capacity_w / 4;
        return ObservedMeter{
            MeterId(id),
            capacity_w,
            {{load_wh, sun_wh}, {load_wh, sun_wh / 10}, {load_wh, sun_wh}, {load_wh, sun_wh / 2}}};
    };
    return {meter("a", 4000, 0), meter("b", 4000, 0), meter("c", 2000, 0), meter("d", 0, 500)};
}

TEST(PlanFromWindow, gives_by_waterfill_every_quarter_hour_the_factor_of_its_own_load) {
    const auto plan = plan_from_window(ShareRule::waterfill, ShareBasis::same_window_yesterday,
                                       a_sunny_hour(), 4);
    EXPECT_EQ(plan.basis, ShareBasis::same_window_yesterday);
    EXPECT_EQ(plan.factors, (Factors{200'000, kUncurtailedPpm, 200'000, 200'000}));
    EXPECT_EQ(
        plan.powers,
        (std::vector<MeterShare>{
            {MeterId("a"), 4000}, {MeterId("b"), 4000}, {MeterId("c"), 2000}, {MeterId("d"), 0}}));
}

// DF = D / (T * C): 2000 of 2500 Wh, then 750 of 2500 Wh.
TEST(PlanFromWindow, gives_by_paper_what_the_formula_gives_as_printed) {
    const auto plan =
        plan_from_window(ShareRule::paper, ShareBasis::previous_window, a_sunny_hour(), 4);
    EXPECT_EQ(plan.factors, (Factors{200'000, kUncurtailedPpm, 200'000, 700'000}));
}

// The mean powers are 65 % of the capacities: 1040, 1040 and 520 of 1600, 1600 and 800 W.
TEST(PlanFromWindow, gives_by_generation_parts_of_what_was_available) {
    const auto plan =
        plan_from_window(ShareRule::generation, ShareBasis::previous_window, a_sunny_hour(), 4);
    EXPECT_EQ(
        plan.powers,
        (std::vector<MeterShare>{
            {MeterId("a"), 2600}, {MeterId("b"), 2600}, {MeterId("c"), 1300}, {MeterId("d"), 0}}));
    EXPECT_EQ(plan.factors, (Factors{307'692, kUncurtailedPpm, 307'692, 307'692}));
}

TEST(PlanFromWindow, curtails_nobody_where_nobody_is) {
    for (const ShareRule rule : kRules) {
        const auto plan = plan_from_window(rule, ShareBasis::previous_window, {}, 4);
        EXPECT_THAT(plan.powers, IsEmpty());
        EXPECT_EQ(plan.factors, Factors(4, kUncurtailedPpm)) << to_string(rule);
    }
}

ClusterHistory noons(const ForecastParameters& parameters) {
    return after(parameters, {sunny_noon(0), sunny_noon(1), sunny_noon(2)});
}

TEST(PlanFromHistory, plans_nothing_for_hours_that_nobody_has_seen) {
    const auto meters = meters_of(sunny_noon(0));
    for (const ShareRule rule : kRules) {
        for (const ShareResolution resolution : kResolutions) {
            const auto parameters = by(rule, resolution);
            const ClusterHistory history = noons(parameters);
            const auto plan = [&](std::int64_t start_s) {
                return plan_from_history(history, parameters, 3 * kSecondsPerDay + start_s, kWindow,
                                         meters);
            };
            EXPECT_EQ(plan_from_history({}, parameters, kNoon, kWindow, meters), std::nullopt);
            EXPECT_EQ(plan(kNoon + kWindow), std::nullopt);
            EXPECT_TRUE(plan(kNoon));
            // One share for all hours needs some of them, a share for each needs each.
            EXPECT_EQ(plan(kNoon + kQ).has_value(), resolution == ShareResolution::window);
        }
    }
}

TEST(PlanFromHistory, gives_one_share_for_the_window_or_a_factor_for_each_quarter_hour) {
    const auto meters = meters_of(sunny_noon(0));
    for (const ShareRule rule : kRules) {
        SCOPED_TRACE(to_string(rule));
        const auto whole = by(rule, ShareResolution::window);
        const auto one = plan_from_history(noons(whole), whole, kNoon, kWindow, meters);
        ASSERT_TRUE(one);
        EXPECT_EQ(one->basis, ShareBasis::expected);
        EXPECT_THAT(one->factors, IsEmpty());
        EXPECT_EQ(one->powers,
                  expected_shares(noons(whole), whole, kNoon, kWindow, meters).front().shares);
        const auto parts = by(rule);
        const auto each = plan_from_history(noons(parts), parts, kNoon, kWindow, meters);
        ASSERT_TRUE(each);
        EXPECT_EQ(each->basis, ShareBasis::expected);
        const auto expected = expected_shares(noons(parts), parts, kNoon, kWindow, meters);
        ASSERT_EQ(each->factors.size(), expected.size());
        for (std::size_t j = 0; j < expected.size(); ++j) {
            EXPECT_LT(each->factors[j], kPpm);
            for (std::size_t i = 0; i < meters.size(); ++i) {
                const auto share_w = scheduled_share_w(each->powers[i].mes_w, each->factors[j]);
                EXPECT_LE(share_w, expected[j].shares[i].mes_w);
                EXPECT_GE(share_w + 1, expected[j].shares[i].mes_w);
            }
        }
    }
}

// A roof that is expected to yield half of the other.
TEST(PlanFromHistory, gives_by_generation_the_mean_power_that_is_expected) {
    const auto parameters = by(ShareRule::generation);
    ObservedWindow noon = sunny_noon(0);
    noon.meters[1].quarters.assign(kQuarters, {0, 500});
    const auto plan =
        plan_from_history(after(parameters, {noon}), parameters, kNoon, kWindow, meters_of(noon));
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->powers[0].mes_w, 4000);
    EXPECT_EQ(plan->powers[1].mes_w, 2000);
    EXPECT_EQ(plan->powers[2].mes_w, 0);
}

}  // namespace
}  // namespace fairfeed
