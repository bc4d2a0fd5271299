// Shares by the quarter hour over many seeded chains: what a meter is told is what keyholders
// credit it under, whenever blocks come; and no plan gives more than its rule.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "core/contract/settlement.h"
#include "core/contract/share_schedule.h"
#include "core/model/network.h"
#include "tests/support/dice.h"

namespace fairfeed {
namespace {

using test::Dice;

// One meter and its cluster's factors, as the meter and as keyholders hold them.
struct Street {
    explicit Street(std::uint64_t seed) : dice(seed) {
        parameters.name = "street";
        parameters.window_seconds = kSecondsPerQuarter * dice.between(1, 8);
        parameters.basis = *share_basis_from(static_cast<std::uint64_t>(dice.between(1, 3)));
        parameters.share_offset_s = dice.chance(300) ? kSecondsPerQuarter * dice.between(0, 12) : 0;
        parameters.share_notice_s = dice.between(0, 1800);
        capacity_w = dice.between(1, 6000);
    }
    [[nodiscard]] Factors any_factors() {
        Factors out;
        for (std::size_t j = 0; j < quarters(); ++j) {
            const std::int64_t kind = dice.below(4);
            out.push_back(kind == 0   ? kUncurtailedPpm
                          : kind == 1 ? kPpm * dice.between(0, 2)
                                      : dice.below(2 * kPpm));
        }
        return out;
    }
    // The block with the settlement of a window comes: at once, or some windows late.
    void settle(Window window) {
        const std::int64_t late_s =
            dice.chance(300) ? dice.below(4 * parameters.window_seconds) : dice.below(60);
        now_s = std::max(now_s, clock().end_s(window) + late_s);
        const std::int64_t start_s = clock().start_s(share_is_for(parameters, window));
        const std::int64_t from_s = share_binds_from_s(parameters, window, now_s * 1000);
        const std::int64_t power_w = dice.chance(100) ? kNoShareW : dice.between(0, capacity_w);
        const Factors factors = any_factors();
        enter(powers, {{power_w, from_s}}, from_s);
        add_factors(schedule, factors, start_s, from_s);
        // A meter without a share is told its capacity (SettledShare).
        enter(told,
              power_w == kNoShareW ? ShareSchedule{{capacity_w, from_s}}
                                   : told_schedule({power_w, from_s}, factors, start_s),
              from_s);
    }
    static void enter(ShareSchedule& shares, const ShareSchedule& later, std::int64_t from_s) {
        std::erase_if(shares, [&](const ShareInForce& each) { return each.from_s >= from_s; });
        shares.insert(shares.end(), later.begin(), later.end());
    }
    // What keyholders credit the window under, and what the meter obeys; one figure a quarter hour.
    [[nodiscard]] std::vector<std::int64_t> credited(Window window) const {
        const std::int64_t start_s = clock().start_s(window);
        return binding(
            in_quarters(powers, factors_in_force(schedule, start_s, quarters()), start_s), window);
    }
    [[nodiscard]] std::vector<std::int64_t> obeyed(Window window) const {
        return binding(told, window);
    }
    [[nodiscard]] std::vector<std::int64_t> binding(const ShareSchedule& shares,
                                                    Window window) const {
        std::vector<std::int64_t> out;
        for (std::size_t j = 0; j < quarters(); ++j)
            out.push_back(binding_share_w(
                shares, capacity_w,
                clock().start_s(window) + static_cast<std::int64_t>(j) * kSecondsPerQuarter));
        return out;
    }
    [[nodiscard]] GridClock clock() const { return GridClock(parameters); }
    [[nodiscard]] std::size_t quarters() const {
        return static_cast<std::size_t>(parameters.window_seconds / kSecondsPerQuarter);
    }

    Dice dice;
    NetworkParameters parameters;
    std::int64_t capacity_w = 0;
    std::int64_t now_s = 0;
    ShareSchedule powers;
    FactorSchedule schedule;
    ShareSchedule told;
};

TEST(ShareScheduleProperty, a_meter_is_told_what_it_is_credited_under) {
    std::size_t curtailed = 0;
    std::size_t inside = 0;
    std::size_t after = 0;
    for (std::uint64_t seed = 0; seed < 400; ++seed) {
        Street street(seed);
        constexpr Window kEnd = 40;
        std::vector<std::vector<std::int64_t>> then;
        for (Window window = 0; window < kEnd; ++window) {
            then.push_back(street.credited(window));
            ASSERT_EQ(then.back(), street.obeyed(window)) << "seed " << seed << ", " << window;
            curtailed += static_cast<std::size_t>(
                std::count_if(then.back().begin(), then.back().end(),
                              [&](std::int64_t share_w) { return share_w < street.capacity_w; }));
            street.settle(window);
            const std::int64_t from_s = street.powers.back().from_s;
            const Window target = share_is_for(street.parameters, window);
            inside +=
                from_s > street.clock().start_s(target) && from_s < street.clock().end_s(target);
            after += from_s >= street.clock().end_s(target);
        }
        for (Window window = 0; window < kEnd; ++window)
            ASSERT_EQ(street.credited(window), then[window]) << "no later settlement changes it";
    }
    EXPECT_GT(curtailed, 10'000U);
    EXPECT_GT(inside, 1000U) << "blocks that came within the window that they are for";
    EXPECT_GT(after, 1000U) << "and after it";
}

TEST(ShareScheduleProperty, forgetting_changes_no_window_that_is_still_needed) {
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        Street street(seed);
        Street forgetful(seed);
        for (Window window = 0; window < 30; ++window) {
            street.settle(window);
            forgetful.settle(window);
            const Window needed = window / 2;
            forget_factors(forgetful.schedule, forgetful.clock().start_s(needed));
            for (Window each = needed; each < window + 4; ++each)
                ASSERT_EQ(forgetful.credited(each), street.credited(each)) << seed;
        }
        EXPECT_LE(forgetful.schedule.size(), street.schedule.size());
    }
}

// Some roofs, some of them twice, and some consumers.
std::vector<ObservedMeter> any_meters(Dice& dice, std::size_t quarters) {
    std::vector<ObservedMeter> out;
    for (std::int64_t i = 0, n = dice.between(1, 5); i < n; ++i) {
        ObservedMeter meter;
        meter.capacity_w = dice.chance(300) ? 0 : dice.between(1, 8000);
        for (std::size_t j = 0; j < quarters; ++j)
            meter.quarters.push_back({dice.below(700), dice.below(meter.capacity_w / 4 + 1)});
        for (const char* twin : {"", "x"}) {
            meter.meter = MeterId("m" + std::to_string(i) + twin);
            out.push_back(meter);
        }
    }
    return out;
}

// What the rule gives for the quarter hour as a window of its own.
Shares by_rule(ShareRule rule, const std::vector<ObservedMeter>& meters, std::size_t j) {
    std::vector<Producer> producers;
    std::int64_t load_wh = 0;
    std::int64_t available_wh = 0;
    for (const ObservedMeter& meter : meters) {
        const QuarterEnergy& quarter = meter.quarters[j];
        producers.push_back({meter.meter, meter.capacity_w, quarter.available_wh, quarter.load_wh});
        load_wh += quarter.load_wh;
        available_wh += quarter.available_wh;
    }
    return compute_shares(rule, kSecondsPerQuarter, load_wh, available_wh, producers);
}

// The shares that the plan means for one quarter hour.
std::vector<std::int64_t> planned(const PlannedShares& plan,
                                  const std::vector<ObservedMeter>& meters, std::size_t j) {
    std::vector<std::int64_t> out;
    for (std::size_t i = 0; i < meters.size(); ++i) {
        const ShareSchedule powers{{plan.powers[i].mes_w, 0}};
        out.push_back(binding_share_w(in_quarters(powers, plan.factors, 0), meters[i].capacity_w,
                                      static_cast<std::int64_t>(j) * kSecondsPerQuarter));
    }
    return out;
}

class PlanProperty : public testing::TestWithParam<ShareRule> {};

TEST_P(PlanProperty, gives_equal_roofs_equal_shares_that_add_up_to_no_more_than_the_rules) {
    std::size_t curtailed = 0;
    for (std::uint64_t seed = 0; seed < 600; ++seed) {
        Dice dice(seed);
        const auto quarters = static_cast<std::size_t>(dice.between(1, 6));
        const auto meters = any_meters(dice, quarters);
        const auto plan =
            plan_from_window(GetParam(), ShareBasis::previous_window, meters, quarters);
        ASSERT_EQ(plan.factors.size(), quarters);
        for (std::size_t j = 0; j < quarters; ++j) {
            const Shares rule = by_rule(GetParam(), meters, j);
            const auto shares = planned(plan, meters, j);
            std::int64_t sum_w = 0;
            std::int64_t power_sum_w = 0;
            for (std::size_t i = 0; i < meters.size(); ++i) {
                ASSERT_GE(shares[i], 0);
                ASSERT_LE(shares[i], meters[i].capacity_w);
                ASSERT_EQ(shares[i], shares[i - i % 2]) << "its twin's, seed " << seed;
                sum_w += shares[i];
                power_sum_w += plan.powers[i].mes_w;
            }
            ASSERT_LE(sum_w, rule.mes_sum_w) << "seed " << seed;
            const bool is_curtailed = plan.factors[j] < kUncurtailedPpm;
            ASSERT_TRUE(rule.d_wh > 0 || !is_curtailed) << "no surplus";
            curtailed += is_curtailed;
            if (GetParam() == ShareRule::generation) continue;  // some may stand at their capacity
            const auto most = static_cast<std::int64_t>(meters.size()) + power_sum_w / kPpm + 1;
            ASSERT_LT(rule.mes_sum_w - sum_w, most) << "less than a watt for each is lost";
        }
    }
    EXPECT_GT(curtailed, 500U);
}

INSTANTIATE_TEST_SUITE_P(By, PlanProperty,
                         testing::Values(ShareRule::paper, ShareRule::waterfill,
                                         ShareRule::generation),
                         [](const auto& rule) { return std::string(to_string(rule.param)); });

}  // namespace
}  // namespace fairfeed
