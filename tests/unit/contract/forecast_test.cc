// What past days say of the next window, and what they must never be made to say.
#include "core/contract/forecast.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

#include "tests/unit/contract/forecast_story.h"

namespace fairfeed {
namespace {

ObservedWindow random_window(std::mt19937_64& random, std::int64_t start_s, std::size_t meters) {
    ObservedWindow out{start_s, {}};
    for (std::size_t i = 0; i < meters; ++i) {
        ObservedMeter meter{MeterId("m" + std::to_string(i)), i % 3 == 2 ? 0 : 5000, {}};
        for (std::size_t j = 0; j < kQuarters; ++j) {
            const auto sun = static_cast<std::int64_t>(random() % 1250);
            meter.quarters.push_back(
                {static_cast<std::int64_t>(random() % 700), meter.capacity_w == 0 ? 0 : sun});
        }
        out.meters.push_back(meter);
    }
    return out;
}

TEST(Forecast, curtails_nobody_before_anything_is_known) {
    for (const ShareRule rule : kRules) {
        for (const ShareResolution resolution : kResolutions) {
            const auto parameters = by(rule, resolution);
            const auto shares = expected_shares({}, parameters, kNoon, kWindow,
                                                {{MeterId("a"), 4000}, {MeterId("b"), 0}});
            EXPECT_EQ(shares.size(), resolution == ShareResolution::window ? 1U : kQuarters);
            for (const ExpectedShares& part : shares) {
                EXPECT_FALSE(part.has_history);
                EXPECT_EQ(part.factor_ppm, kPpm);
                EXPECT_EQ(part.shares[0].mes_w, 4000);
                EXPECT_EQ(part.shares[1].mes_w, 0);
            }
        }
    }
}

TEST(Forecast, knows_the_hours_of_yesterday_and_no_others) {
    const auto parameters = by(ShareRule::waterfill);
    const auto history = after(parameters, {sunny_noon(0)});
    EXPECT_TRUE(first_quarter(history, parameters, sunny_noon(1)).has_history);
    ObservedWindow evening = sunny_noon(1);
    evening.start_s += kWindow;
    EXPECT_FALSE(first_quarter(history, parameters, evening).has_history);
    EXPECT_EQ(first_quarter(history, parameters, evening).shares[0].mes_w, 4000);
}

// 8000 W of sun on 2000 W of load, day after day: a quarter of the nameplates.
TEST(Forecast, leaves_no_surplus_of_a_day_like_the_days_before) {
    for (const ShareRule rule : {ShareRule::waterfill, ShareRule::generation}) {
        for (const ShareResolution resolution : kResolutions) {
            const auto parameters = by(rule, resolution);
            ClusterHistory history;
            for (std::int64_t day = 0; day < 7; ++day) {
                observe(history, parameters, sunny_noon(day));
                const auto part = first_quarter(history, parameters, sunny_noon(day + 1));
                EXPECT_EQ(part.factor_ppm, 250'000) << day;
                EXPECT_EQ(part.shares[0].mes_w, 1000) << day;
                EXPECT_EQ(part.shares[1].mes_w, 1000) << day;
            }
        }
    }
}

TEST(Forecast, is_the_printed_formula_by_the_paper_s_rule) {
    const auto parameters = by(ShareRule::paper);
    const auto part = first_quarter(after(parameters, {sunny_noon(0)}), parameters, sunny_noon(1));
    EXPECT_EQ(part.load_wh, 500);
    EXPECT_EQ(part.available_wh, 2000);
    EXPECT_EQ(part.factor_ppm, 250'000);  // 1 - 1500 Wh / (8000 W * h / 4)
    EXPECT_EQ(part.shares[0].mes_w, 1000);
}

// One roof, and a load of 1000 W on some days and of 2000 W on others. A factor between the two
// leaves surplus on the former and curtails for nothing on the latter, at 2.4 times the cost.
TEST(Forecast, takes_the_factor_that_would_have_cost_least_and_the_margin_moves_it) {
    const auto noon = [](std::int64_t day, std::int64_t load_wh) {
        return ObservedWindow{day * kSecondsPerDay + kNoon,
                              {steady("a", 4000, 0, 1000), steady("c", 0, load_wh, 0)}};
    };
    ForecastParameters parameters = by(ShareRule::waterfill);
    const std::vector<ObservedWindow> half = {noon(0, 250), noon(1, 500)};
    EXPECT_EQ(first_quarter(after(parameters, half), parameters, noon(2, 0)).factor_ppm, 500'000);
    parameters.needless_weight_ppm = 900'000;
    EXPECT_EQ(first_quarter(after(parameters, half), parameters, noon(2, 0)).factor_ppm, 250'000);
    parameters.needless_weight_ppm = 2'600'000;
    const std::vector<ObservedWindow> rarely = {noon(0, 250), noon(1, 500), noon(2, 250),
                                                noon(3, 250)};
    EXPECT_EQ(first_quarter(after(parameters, rarely), parameters, noon(4, 0)).factor_ppm, 250'000);
}

TEST(Forecast, of_equal_costs_curtails_least) {
    const auto parameters = by(ShareRule::waterfill);
    ObservedWindow night = sunny_noon(0);
    for (ObservedMeter& meter : night.meters)
        meter.quarters.assign(kQuarters, {100, 0});
    const auto part = first_quarter(after(parameters, {night}), parameters, night);
    EXPECT_TRUE(part.has_history);
    EXPECT_EQ(part.factor_ppm, kPpm);
    EXPECT_EQ(part.shares[0].mes_w, 4000);
}

TEST(Forecast, outlives_a_missing_day) {
    const auto parameters = by(ShareRule::waterfill);
    const auto two = after(parameters, {sunny_noon(0), sunny_noon(1)});
    const auto gap = after(parameters, {sunny_noon(0), sunny_noon(9)});
    EXPECT_EQ(gap.quarters, two.quarters);
    EXPECT_EQ(gap.meters, two.meters);
    EXPECT_EQ(first_quarter(gap, parameters, sunny_noon(30)).factor_ppm, 250'000);
}

TEST(Forecast, hears_no_window_twice_and_none_out_of_order) {
    const auto parameters = by(ShareRule::waterfill);
    auto history = after(parameters, {sunny_noon(1)});
    EXPECT_DEATH(observe(history, parameters, sunny_noon(1)), "broken promise");
    EXPECT_DEATH(observe(history, parameters, sunny_noon(0)), "broken promise");
}

TEST(Forecast, gives_a_newcomer_what_its_neighbours_have) {
    for (const ShareRule rule : kRules) {
        const auto parameters = by(rule);
        const auto history = after(parameters, {sunny_noon(0), sunny_noon(1)});
        ObservedWindow joined = sunny_noon(2);
        joined.meters.push_back(steady("d", 2000, 0, 0));
        const auto part = first_quarter(history, parameters, joined);
        EXPECT_EQ(part.shares[3].mes_w * 2, part.shares[0].mes_w) << to_string(rule);
    }
}

TEST(Forecast, follows_within_days_when_the_cluster_becomes_another_one) {
    const auto parameters = by(ShareRule::waterfill);
    ClusterHistory history;
    for (std::int64_t day = 0; day < 30; ++day)
        observe(history, parameters, sunny_noon(day));
    const auto joined = [](std::int64_t day) {  // twice the roofs: an eighth of the nameplates
        ObservedWindow out = sunny_noon(day);
        out.meters.push_back(steady("d", 8000, 0, 2000));
        return out;
    };
    observe(history, parameters, joined(30));
    observe(history, parameters, joined(31));
    EXPECT_EQ(first_quarter(history, parameters, joined(32)).factor_ppm, 125'000);
}

TEST(Forecast, forgets_who_left_and_never_grows_with_age) {
    const auto parameters = by(ShareRule::generation);
    ClusterHistory history;
    for (std::int64_t day = 0; day < 400; ++day) {
        ObservedWindow noon = sunny_noon(day);
        noon.meters.push_back(steady("guest" + std::to_string(day), 1000, 0, 100));
        observe(history, parameters, noon);
    }
    EXPECT_EQ(history.meters.size(), 4U);
    EXPECT_EQ(history.quarters.size(), kQuartersPerDay);
    for (const auto& quarter : history.quarters) {
        EXPECT_LE(quarter.costs.size(), static_cast<std::size_t>(parameters.factor_steps) + 1);
        EXPECT_LE(quarter.days, parameters.memory_days);
    }
    observe(history, parameters, sunny_noon(400));
    EXPECT_EQ(history.meters.size(), 3U);
}

TEST(Forecast, does_not_depend_on_the_order_in_which_meters_are_listed) {
    std::mt19937_64 random(11);
    for (const ShareRule rule : kRules) {
        const auto parameters = by(rule);
        ClusterHistory one;
        ClusterHistory other;
        for (std::int64_t day = 0; day < 5; ++day) {
            ObservedWindow window = random_window(random, day * kSecondsPerDay, 7);
            observe(one, parameters, window);
            std::reverse(window.meters.begin(), window.meters.end());
            observe(other, parameters, window);
        }
        EXPECT_EQ(one, other) << to_string(rule);
    }
}

TEST(Forecast, never_passes_a_capacity) {
    std::mt19937_64 random(12);
    for (const ShareRule rule : kRules) {
        for (const ShareResolution resolution : kResolutions) {
            const auto parameters = by(rule, resolution);
            ClusterHistory history;
            for (std::int64_t window = 0; window < 40; ++window) {
                const auto seen = random_window(random, window * kWindow, 6);
                for (const ExpectedShares& part :
                     expected_shares(history, parameters, seen.start_s, kWindow, meters_of(seen))) {
                    for (std::size_t i = 0; i < part.shares.size(); ++i) {
                        EXPECT_GE(part.shares[i].mes_w, 0);
                        EXPECT_LE(part.shares[i].mes_w, seen.meters[i].capacity_w);
                    }
                }
                observe(history, parameters, seen);
            }
        }
    }
}

TEST(Forecast, holds_the_largest_figures_there_can_be) {
    for (const ShareRule rule : kRules) {
        for (const ShareResolution resolution : kResolutions) {
            ForecastParameters parameters = by(rule, resolution);
            parameters.memory_days = kMaxMemoryDays;
            parameters.needless_weight_ppm = kMaxNeedlessWeightPpm;
            parameters.factor_steps = kMaxFactorSteps;
            ClusterHistory history;
            for (std::int64_t day = 0; day < 6; ++day) {
                // The whole of what a window may hold in one quarter hour, load or sun in turns.
                const bool dark = day % 2 == 0;
                ObservedMeter all{MeterId("a"), kMaxClusterWatts, {{0, 0}}};
                all.quarters[0] = {dark ? kMaxClusterWattHours : 0,
                                   dark && day != 4 ? 0 : kMaxClusterWattHours};
                observe(history, parameters, {day * kSecondsPerDay, {all}});
                for (const auto& part : expected_shares(history, parameters, 0, 999'900,
                                                        {{MeterId("a"), kMaxClusterWatts}})) {
                    EXPECT_LE(part.shares[0].mes_w, kMaxClusterWatts);
                    EXPECT_LE(part.load_wh, kMaxClusterWattHours);
                    EXPECT_LE(part.available_wh, kMaxClusterWattHours);
                }
            }
            for (const auto cost : history.quarters[0].costs)
                EXPECT_GE(cost, 0);
        }
    }
}

// The day of a roof under its share: what it made, and whether it was at its cap.
ObservedMeter lived(std::string_view id, std::int64_t sun_wh, std::int64_t share_w) {
    const bool is_capped = sun_wh > share_w / 4;
    const ObservedQuarter quarter{{0, sun_wh},
                                  is_capped ? std::optional(share_w / 4) : std::nullopt};
    return {MeterId(id), 4000, std::vector<ObservedQuarter>(kQuarters, quarter)};
}

// What roof b, broken for two weeks, is allowed beside its twin after so many days of repair; every
// third day is dark.
double allowed_after_repair(std::int64_t days, ShareResolution resolution) {
    const auto parameters = by(ShareRule::generation, resolution);
    ClusterHistory history;
    for (std::int64_t day = 0;; ++day) {
        const std::int64_t start_s = day * kSecondsPerDay + kNoon;
        const auto shares = expected_shares(history, parameters, start_s, kWindow,
                                            {{MeterId("a"), 4000}, {MeterId("b"), 4000}})
                                .front()
                                .shares;
        if (day == 14 + days)
            return static_cast<double>(shares[1].mes_w) / static_cast<double>(shares[0].mes_w);
        const std::int64_t sun_wh = day % 3 == 0 ? 250 : 900;
        observe(history, parameters,
                {start_s,
                 {lived("a", sun_wh, shares[0].mes_w),
                  lived("b", day < 14 ? 0 : sun_wh, shares[1].mes_w), steady("c", 0, 700, 0)}});
    }
}

TEST(Forecast, lets_a_repaired_roof_come_back_by_generation) {
    for (const ShareResolution resolution : kResolutions) {
        EXPECT_GE(allowed_after_repair(1, resolution), 0.03) << "at once, but no more";
        EXPECT_GE(allowed_after_repair(10, resolution), 0.2);
        EXPECT_GE(allowed_after_repair(30, resolution), 0.6);
    }
}

TEST(Forecast, learns_nothing_from_an_estimate_above_what_it_knows) {
    const auto parameters = by(ShareRule::generation);
    const auto window = [](std::int64_t day, std::int64_t available_wh, bool is_estimated) {
        ObservedWindow out = sunny_noon(day);
        out.meters[0] = steady("a", 4000, 0, available_wh);
        out.meters[0].is_estimated = is_estimated;
        return out;
    };
    const auto yield_after = [&](std::int64_t available_wh) {
        const auto history =
            after(parameters, {window(0, 500, false), window(1, available_wh, true)});
        return history.meters.at(MeterId("a"))[48].energy / kForecastScale;
    };
    EXPECT_EQ(yield_after(900), 500);
    EXPECT_EQ(yield_after(300), 400);
}

TEST(Forecast, refuses_parameters_that_mean_nothing) {
    EXPECT_TRUE(is_valid({}));
    const auto invalid = [](auto change) {
        ForecastParameters parameters;
        change(parameters);
        return !is_valid(parameters);
    };
    EXPECT_TRUE(invalid([](auto& p) { p.memory_days = 0; }));
    EXPECT_TRUE(invalid([](auto& p) { p.memory_days = kMaxMemoryDays + 1; }));
    EXPECT_TRUE(invalid([](auto& p) { p.days_after_change = -1; }));
    EXPECT_TRUE(invalid([](auto& p) { p.days_after_change = p.memory_days + 1; }));
    EXPECT_TRUE(invalid([](auto& p) { p.needless_weight_ppm = -1; }));
    EXPECT_TRUE(invalid([](auto& p) { p.needless_weight_ppm = kMaxNeedlessWeightPpm + 1; }));
    EXPECT_TRUE(invalid([](auto& p) { p.factor_steps = 0; }));
    EXPECT_TRUE(invalid([](auto& p) { p.factor_steps = kMaxFactorSteps + 1; }));
}

// The same figures on every machine, for ever: a history that differs by one unit forks the chain.
TEST(Forecast, computes_the_same_integers_everywhere) {
    const auto sun = [](std::int64_t day, std::int64_t j) { return 500 + day * 37 % 300 + 20 * j; };
    const auto load = [](std::int64_t day, std::int64_t j) {
        return 150 + day * 53 % 400 + 11 * j;
    };
    const auto parameters = by(ShareRule::waterfill);
    ClusterHistory history;
    for (std::int64_t day = 0; day < 20; ++day) {
        ObservedMeter roof{MeterId("a"), 5000, {}};
        ObservedMeter neighbour{MeterId("b"), 0, {}};
        for (std::int64_t j = 0; j < 16; ++j) {
            roof.quarters.push_back({0, sun(day, j)});
            neighbour.quarters.push_back({load(day, j), 0});
        }
        observe(history, parameters, {day * kSecondsPerDay, {roof, neighbour}});
    }
    EXPECT_EQ(history.quarters[3].load, 47380);
    EXPECT_EQ(history.quarters[3].costs[8], 170457);
    EXPECT_EQ(history.quarters[3].costs[39], 169326);
    EXPECT_EQ(history.meters.at(MeterId("a"))[3].energy, 89712);
    const auto parts = expected_shares(history, parameters, 0, kWindow, {{MeterId("a"), 5000}});
    EXPECT_EQ(parts[3].factor_ppm, 350000);
}

}  // namespace
}  // namespace fairfeed
