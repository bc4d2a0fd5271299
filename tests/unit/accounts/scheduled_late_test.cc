// Late readings of windows that had a schedule of shares: their credit is that of a reading in
// time, whatever was settled meanwhile.
#include <gtest/gtest.h>

#include "tests/unit/state/true_up_bench.h"

namespace fairfeed {
namespace {

using test::TestNetworkOptions;
using test::TrueUpBench;

constexpr Window kDay = 6;

// Two benches: in one the prosumer's reading comes in time, in the other late. The roofs shine from
// the middle of the third window of a day to that of the fifth, and export more than any share.
class ScheduledLate : public testing::TestWithParam<ShareRule> {
  protected:
    ScheduledLate() : prompt(options()), bench(options()) {
        for (TrueUpBench* each : {&prompt, &bench})
            for (Window window = 0; window < kShadow; ++window)
                run(*each, window, true);
    }
    static TestNetworkOptions options() {
        auto parameters = TestNetworkOptions::default_parameters();
        parameters.rule = GetParam();
        parameters.basis = ShareBasis::expected;
        parameters.resolution = ShareResolution::quarter;
        return test::one_cluster(parameters);
    }
    static Profile day(const TrueUpBench& b, Window window) {
        Profile profile = test::flat_profile(b.chain.state(), {50, 0, 0});
        for (std::size_t j = 0; j < profile.size(); ++j) {
            const std::int64_t hour = (window % kDay) * 16 + static_cast<std::int64_t>(j);
            const bool is_day = hour >= 40 && hour < 72;
            const std::int64_t wh = 900 + 10 * (hour - 40);
            if (is_day) profile[j] = {0, wh - 50, wh};
        }
        return profile;
    }
    static void run(TrueUpBench& b, Window window, bool is_sent) {
        const MeterId other = test::TestNetwork::meter(1, 3);
        b.measure(b.prosumer, window, day(b, window));
        if (is_sent) b.send(b.prosumer, window);
        b.measure(other, window, day(b, window));
        b.send(other, window);
        b.measure_others(window, {b.prosumer, other});
        b.settle(window);
    }
    // What the prosumer is credited for kShadow in all, if its reading comes so many windows late.
    [[nodiscard]] std::int64_t credited_after(Window windows) {
        run(bench, kShadow, false);
        std::int64_t credited_wh = bench.line(bench.prosumer).credited_wh;
        for (Window window = kShadow + 1; window <= kShadow + windows; ++window) {
            if (window == kShadow + windows) bench.send(bench.prosumer, kShadow);
            run(bench, window, true);
            credited_wh += bench.line(bench.prosumer).adjusted.credited_wh;
        }
        EXPECT_EQ(bench.late.size(), 1U);
        return credited_wh;
    }
    [[nodiscard]] std::int64_t credited_in_time() {
        const Factors bound = prompt.chain.state().factors_of(prompt.cluster, kShadow);
        EXPECT_LT(bound.back(), kPpm) << "curtailed by day";
        EXPECT_NE(bound.front(), bound.back()) << "and not by night";
        run(prompt, kShadow, true);
        const SettlementLine& line = prompt.line(prompt.prosumer);
        EXPECT_GT(line.credited_wh, 0);
        EXPECT_LT(line.credited_wh, line.export_wh);
        return line.credited_wh;
    }

    static constexpr Window kShadow = 2 * kDay + 2;  // half night, half day
    TrueUpBench prompt;
    TrueUpBench bench;
};

TEST_P(ScheduledLate, are_credited_in_the_next_window_as_if_in_time) {
    EXPECT_EQ(credited_after(1), credited_in_time());
}

TEST_P(ScheduledLate, are_credited_after_many_other_schedules_as_if_in_time) {
    EXPECT_EQ(credited_after(2 * kDay + 3), credited_in_time());
}

TEST_P(ScheduledLate, leave_the_chain_nothing_to_keep_once_they_are_read) {
    run(bench, kShadow, false);
    const auto oldest = [&] {
        return bench.chain.state().clusters.at(bench.cluster).factors.front().from_s;
    };
    const std::int64_t end_s = bench.chain.state().grid().end_s(kShadow);
    for (Window window = kShadow + 1; window < kShadow + kDay; ++window)
        run(bench, window, true);
    EXPECT_LT(oldest(), end_s);
    bench.send(bench.prosumer, kShadow);
    run(bench, kShadow + kDay, true);
    EXPECT_GE(oldest(), end_s);
}

INSTANTIATE_TEST_SUITE_P(By, ScheduledLate,
                         testing::Values(ShareRule::paper, ShareRule::waterfill,
                                         ShareRule::generation),
                         [](const auto& rule) { return std::string(to_string(rule.param)); });

}  // namespace
}  // namespace fairfeed
