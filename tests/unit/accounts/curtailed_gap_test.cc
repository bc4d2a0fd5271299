// The credit of a prosumer under a share, for windows whose readings come late or never.
#include <gtest/gtest.h>

#include "tests/unit/state/true_up_bench.h"

namespace fairfeed {
namespace {

using test::TestNetworkOptions;
using test::TrueUpBench;

// A prosumer under a share. At night, half of each window, the prosumer imports its load and leaves
// its share unused. By day it exports more than its share. If a settlement pooled day and night,
// the unused share of the night would pay for the day's export.
class CurtailedGapTest : public testing::Test {
  protected:
    CurtailedGapTest() {
        run(bench, 0, true);
        run(prompt, 0, true);
        share_w_ = bench.line(bench.prosumer).mes_w;
        EXPECT_GT(share_w_, 800) << "more than it uses";
        EXPECT_LT(share_w_, 4000) << "less than it makes by day";
    }
    static TestNetworkOptions options() {
        auto parameters = TestNetworkOptions::default_parameters();
        parameters.share_notice_s = 0;  // a share binds the whole next window
        parameters.rule = ShareRule::waterfill;
        return test::one_cluster(parameters);
    }
    static Profile night_and_day(const TrueUpBench& b, std::int64_t generation_wh) {
        Profile profile = test::flat_profile(b.chain.state(), {200, 0, 0});
        for (std::size_t i = profile.size() / 2; i < profile.size(); ++i)
            profile[i] = {0, generation_wh - 200, generation_wh};
        return profile;
    }
    static void run(TrueUpBench& b, Window window, bool is_sent,
                    std::int64_t generation_wh = 1000) {
        const MeterId other = test::TestNetwork::meter(1, 3);
        b.measure(b.prosumer, window, night_and_day(b, generation_wh));
        if (is_sent) b.send(b.prosumer, window);
        b.measure(other, window, night_and_day(b, 1000));
        b.send(other, window);
        b.measure_others(window, {b.prosumer, other});
        b.settle(window);
    }
    [[nodiscard]] const SettlementLine& line() const { return bench.line(bench.prosumer); }

    TrueUpBench bench{options()};
    TrueUpBench prompt{options()};  // the same meters, with every reading in time
    std::int64_t share_w_ = 0;
};

TEST_F(CurtailedGapTest, credits_a_gap_with_what_was_estimated_and_no_more) {
    run(bench, 1, false);
    EXPECT_GT(line().credited_wh, 0);
    run(bench, 2, false);
    run(bench, 3, true);
    EXPECT_EQ(line().adjusted,
              (Adjustment{3200 - 1600, 12'800 - 6400, 16'000 - 8000, 0, (3200 - 1600) * 250, 0}));
}

TEST_F(CurtailedGapTest, takes_back_what_a_gap_was_credited_beyond_its_export) {
    run(bench, 1, false, 210);
    const std::int64_t estimated_wh = line().credited_wh;
    EXPECT_GT(estimated_wh, 80);
    run(bench, 2, true);
    EXPECT_EQ(line().adjusted.export_wh, 80 - 6400);
    EXPECT_EQ(line().adjusted.credited_wh, 80 - estimated_wh);
    EXPECT_EQ(line().adjusted.export_amount_micro, (80 - estimated_wh) * 80);
}

TEST_F(CurtailedGapTest, credits_a_late_reading_as_if_it_had_come_in_time) {
    run(prompt, 1, true);
    run(bench, 1, false);
    const std::int64_t estimated_wh = line().credited_wh;
    bench.send(bench.prosumer, 1);
    run(bench, 2, true);
    EXPECT_EQ(estimated_wh + line().adjusted.credited_wh, prompt.line(prompt.prosumer).credited_wh);
}

TEST_F(CurtailedGapTest, credits_a_late_reading_after_the_next_one_as_if_it_had_come_in_time) {
    run(prompt, 1, true, 900);
    run(bench, 1, false, 900);
    std::int64_t credited_wh = line().credited_wh;
    for (const Window window : {2U, 3U}) {
        run(bench, window, true);
        credited_wh += line().adjusted.credited_wh;
    }
    bench.send(bench.prosumer, 1);
    run(bench, 4, true);
    credited_wh += line().adjusted.credited_wh;
    EXPECT_EQ(credited_wh, prompt.line(prompt.prosumer).credited_wh);
    EXPECT_EQ(line().adjusted.export_wh, 0);
}

TEST_F(CurtailedGapTest, earns_nothing_by_withholding_readings) {
    std::int64_t told_wh = 0;
    std::int64_t hidden_wh = 0;
    for (Window window = 1; window <= 3; ++window) {
        run(prompt, window, true);
        run(bench, window, window == 3);
        hidden_wh += line().adjusted.credited_wh;
        if (window == 3) break;
        told_wh += prompt.line(prompt.prosumer).credited_wh;
        hidden_wh += line().credited_wh;
    }
    // If the window were pooled, the night's unused share would cover the whole day's export.
    EXPECT_GT(2 * (4 * share_w_ - 3200), told_wh);
    EXPECT_GT(told_wh, 0);
    EXPECT_LE(hidden_wh, told_wh);
}

}  // namespace
}  // namespace fairfeed
