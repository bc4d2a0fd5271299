#include "core/contract/true_up.h"

#include <gtest/gtest.h>

#include "tests/unit/contract/true_up_bench.h"

namespace fairfeed {
namespace {

using test::TestNetworkOptions;
using test::TrueUpBench;

// Windows of 16 quarter hours, 250 micro per Wh of import, 80 per Wh of export.
class TrueUpTest : public testing::Test {
  protected:
    // The consumer measures this import in every quarter hour; it is sent or not.
    void consume(Window window, std::int64_t import_wh, bool is_sent) {
        bench.measure(bench.consumer, window, {import_wh, 0, 0});
        if (is_sent) bench.send(bench.consumer, window);
    }
    void settle(Window window) {
        bench.measure_others(window, {bench.consumer});
        bench.settle(window);
    }
    [[nodiscard]] const SettlementLine& line() const { return bench.line(bench.consumer); }

    TrueUpBench bench;
};

TEST_F(TrueUpTest, bills_a_late_reading_in_place_of_its_estimate) {
    consume(0, 100, true);
    settle(0);
    consume(1, 150, false);
    settle(1);
    EXPECT_EQ(line().import_wh, 1600);  // as in window 0
    EXPECT_EQ(line().closing.estimates, (std::vector<EstimatedWindow>{{1, 1600, 0, 0, 0}}));
    EXPECT_EQ(bench.record(bench.consumer).missed, 1U);
    bench.send(bench.consumer, 1);
    consume(2, 120, true);
    settle(2);
    EXPECT_EQ(bench.late.size(), 1U);
    EXPECT_EQ(line().import_wh, 1920);
    EXPECT_EQ(line().adjusted, (Adjustment{800, 0, 0, 0, 200'000, 0}));
    EXPECT_EQ(line().closing.balance_micro, 400'000 + 400'000 + 200'000 + 480'000);
    EXPECT_TRUE(line().closing.estimates.empty());
    EXPECT_EQ(bench.totals.adjusted, (AdjustmentTotals{800, 0, 0, 0, -200'000}));
    EXPECT_EQ(bench.record(bench.consumer).missed, 0U);
    EXPECT_EQ(bench.record(bench.consumer).last_window, 2U);
}

TEST_F(TrueUpTest, gives_back_what_was_estimated_too_high) {
    consume(0, 100, true);
    settle(0);
    consume(1, 51, false);
    settle(1);
    bench.send(bench.consumer, 1);
    consume(2, 100, true);
    settle(2);
    EXPECT_EQ(line().adjusted, (Adjustment{-784, 0, 0, 0, -196'000, 0}));
    EXPECT_EQ(bench.totals.adjusted.grid_amount_micro, 196'000);
}

TEST_F(TrueUpTest, takes_a_late_reading_while_the_window_itself_is_missing) {
    consume(0, 100, true);
    settle(0);
    consume(1, 150, false);
    settle(1);
    bench.send(bench.consumer, 1);
    consume(2, 120, false);
    settle(2);
    EXPECT_TRUE(line().estimated);
    EXPECT_EQ(line().import_wh, 2400);  // estimated from the late reading
    EXPECT_EQ(line().adjusted.import_wh, 800);
    EXPECT_EQ(line().closing.unread_from, 2U);
    EXPECT_EQ(line().closing.missed, 1U);
    EXPECT_EQ(line().closing.estimates, (std::vector<EstimatedWindow>{{2, 2400, 0, 0, 0}}));
    EXPECT_EQ(bench.record(bench.consumer).missed, 1U);
}

TEST_F(TrueUpTest, closes_two_gaps_by_registers_around_a_late_reading) {
    for (Window window = 0; window < 5; ++window)
        consume(window, 100 + 10 * window, window == 0 || window == 4);
    for (Window window = 0; window < 4; ++window)
        settle(window);
    bench.send(bench.consumer, 2);
    settle(4);
    // 1: 1760 where 1600 were estimated; 2: 1920 and 3: 2080, where nothing was.
    EXPECT_EQ(line().import_wh, 2240);
    EXPECT_EQ(line().adjusted, (Adjustment{4160, 0, 0, 0, 1'040'000, 0}));
}

TEST_F(TrueUpTest, closes_a_gap_by_registers_alone_where_no_reading_ever_came) {
    consume(0, 100, true);
    settle(0);
    for (Window window = 1; window < 12; ++window) {
        consume(window, 200, false);
        settle(window);
    }
    EXPECT_EQ(bench.record(bench.consumer).missed, 11U);
    consume(12, 200, true);
    settle(12);
    // Estimates: window 1 from window 0, window 6 from the same hours a day before.
    EXPECT_EQ(line().adjusted.import_wh, 11 * 3200 - 2 * 1600);
    EXPECT_EQ(line().closing.balance_micro, (1600 + 12 * 3200) * 250);
}

TEST_F(TrueUpTest, bills_a_gap_at_the_tariff_of_its_last_window) {
    constexpr Window kWeek = 42;
    for (Window window = 0; window < kWeek - 1; ++window) {
        if (window == kWeek - 2) {
            const auto notice = bench.network.from_dgmd(bench.chain.state(),
                                                        TariffNotice{0, {500'000, 80'000}, kWeek});
            ASSERT_TRUE(bench.chain.append(
                bench.chain.next_block({notice}, bench.chain.state().tip_time_ms + 1)));
        }
        consume(window, 100, true);
        settle(window);
    }
    TrueUpBench& b = bench;
    consume(kWeek - 1, 150, false);
    settle(kWeek - 1);
    consume(kWeek, 150, false);
    settle(kWeek);
    EXPECT_EQ(line().import_amount_micro, 800'000);  // 1600 Wh, as a day before
    b.send(b.consumer, kWeek - 1);
    consume(kWeek + 1, 100, true);
    settle(kWeek + 1);
    // Each window was estimated 800 Wh too low; the late one at its own tariff.
    EXPECT_EQ(line().adjusted, (Adjustment{1600, 0, 0, 0, 200'000 + 400'000, 0}));
    consume(kWeek + 2, 100, true);
    settle(kWeek + 2);
    EXPECT_EQ(line().adjusted, Adjustment{});
}

TEST_F(TrueUpTest, bills_all_of_a_gap_across_two_tariffs_at_the_later_one) {
    constexpr Window kWeek = 42;
    const auto notice =
        bench.network.from_dgmd(bench.chain.state(), TariffNotice{0, {500'000, 80'000}, kWeek});
    ASSERT_TRUE(
        bench.chain.append(bench.chain.next_block({notice}, bench.chain.state().tip_time_ms + 1)));
    for (Window window = 0; window <= kWeek + 1; ++window) {
        const bool is_gap = window == kWeek - 1 || window == kWeek;
        consume(window, is_gap ? 150 : 100, !is_gap);
        settle(window);
    }
    EXPECT_EQ(line().adjusted, (Adjustment{1600, 0, 0, 0, 800'000, 0}));
}

TEST_F(TrueUpTest, leaves_the_estimate_standing_where_the_registers_were_reset) {
    consume(0, 100, true);
    settle(0);
    consume(1, 150, false);
    settle(1);
    ReadingBody body =
        test::body_from({7, 0, 0}, test::flat_profile(bench.chain.state(), {110, 0, 0}));
    body.flags = kFlagRegisterReset;
    bench.held[2].insert({bench.consumer, bench.chain.meter(bench.consumer).read_body(2, body)});
    settle(2);
    EXPECT_EQ(line().adjusted, Adjustment{});
    EXPECT_EQ(line().import_wh, 1760);
    EXPECT_TRUE(line().closing.estimates.empty());
    EXPECT_EQ(line().flags, kLineRegisterReset);
}

TEST_F(TrueUpTest, takes_a_late_reading_that_says_reset_by_its_own_profile) {
    consume(0, 100, true);
    settle(0);
    settle(1);
    ReadingBody body =
        test::body_from({7, 0, 0}, test::flat_profile(bench.chain.state(), {110, 0, 0}));
    body.flags = kFlagRegisterReset;
    auto& meter = bench.chain.meter(bench.consumer);
    bench.held[1].insert({bench.consumer, meter.read_body(1, body)});
    const ReadingBody next =
        test::body_from(body.end, test::flat_profile(bench.chain.state(), {90, 0, 0}));
    bench.held[2].insert({bench.consumer, meter.read_body(2, next)});
    settle(2);
    EXPECT_EQ(line().adjusted.import_wh, 1760 - 1600);
    EXPECT_EQ(line().flags, kLineLateReset);
    EXPECT_EQ(line().closing.registers.import_wh, 7 + 1760 + 1440);
}

TEST_F(TrueUpTest, bills_a_meter_first_heard_in_window_3_from_its_installation_on) {
    for (Window window = 0; window < 4; ++window) {
        consume(window, 150, window == 3);
        settle(window);
    }
    EXPECT_EQ(line().import_wh, 2400);
    EXPECT_EQ(line().adjusted, (Adjustment{3 * 2400, 0, 0, 0, 3 * 2400 * 250, 0}));
    EXPECT_EQ(line().closing.balance_micro, 4 * 2400 * 250);
    const std::int64_t moved_wh = line().closing.registers.import_wh - test::kInstalled.import_wh;
    EXPECT_EQ(moved_wh * 250, line().closing.balance_micro);
}

TEST_F(TrueUpTest, bills_what_flowed_between_the_installation_and_the_first_window) {
    bench.chain.meter(bench.consumer).advance(test::flat_profile(bench.chain.state(), {40, 0, 0}));
    consume(0, 150, true);
    settle(0);
    EXPECT_EQ(line().import_wh, 2400);
    EXPECT_EQ(line().adjusted, (Adjustment{640, 0, 0, 0, 640 * 250, 0}));
    consume(1, 150, true);
    settle(1);
    EXPECT_EQ(line().adjusted, Adjustment{});
}

TEST_F(TrueUpTest, pays_nothing_for_export_before_the_first_window) {
    bench.chain.meter(bench.prosumer)
        .advance(test::flat_profile(bench.chain.state(), {0, 300, 300}));
    bench.measure(bench.prosumer, 0, {0, 100, 100});
    bench.send(bench.prosumer, 0);
    bench.measure_others(0, {bench.prosumer});
    bench.settle(0);
    EXPECT_EQ(bench.line(bench.prosumer).adjusted, (Adjustment{0, 4800, 4800, 0, 0, 0}));
}

TEST_F(TrueUpTest, takes_the_first_reading_of_a_meter_late_and_what_flowed_before_it) {
    consume(0, 100, false);
    settle(0);
    consume(1, 110, false);
    settle(1);
    EXPECT_EQ(bench.record(bench.consumer).missed, 2U);
    bench.send(bench.consumer, 1);
    consume(2, 120, true);
    settle(2);
    EXPECT_EQ(line().adjusted.import_wh, 1600 + 1760);  // by its registers, and by itself
    EXPECT_EQ(line().import_wh, 1920);
}

TEST_F(TrueUpTest, calls_a_meter_silent_after_three_missed_windows_until_it_is_read) {
    consume(0, 100, true);
    settle(0);
    for (Window window = 1; window <= 3; ++window) {
        EXPECT_FALSE(bench.record(bench.consumer).is_silent()) << window;
        consume(window, 100, false);
        settle(window);
    }
    EXPECT_TRUE(bench.record(bench.consumer).is_silent());
    EXPECT_EQ(line().closing.missed, 3U);
    bench.send(bench.consumer, 2);
    consume(4, 100, false);
    settle(4);
    EXPECT_EQ(bench.record(bench.consumer).missed, 2U);  // 3 and 4
    EXPECT_FALSE(bench.record(bench.consumer).is_silent());
    consume(5, 100, true);
    settle(5);
    EXPECT_EQ(bench.record(bench.consumer).missed, 0U);
}

TEST_F(TrueUpTest, is_part_of_what_all_nodes_agree_on) {
    ChainState state = bench.chain.state();
    const Digest before = app_hash(state);
    state.meters.at(bench.consumer).missed = 1;
    const Digest missed = app_hash(state);
    EXPECT_NE(missed, before);
    state.meters.at(bench.consumer).last_window = 0;
    EXPECT_NE(app_hash(state), missed);
}

// A prosumer under a share; its own use flows beside the export.
class CurtailedGapTest : public testing::Test {
  protected:
    CurtailedGapTest() {
        // Two prosumers export far more than the consumer takes: a small share from window 1 on.
        run(bench, 0, true);
        run(prompt, 0, true);
        share_w_ = bench.line(bench.prosumer).mes_w;
        EXPECT_GT(share_w_, 0);
        EXPECT_LT(share_w_, 5000);
    }
    static TestNetworkOptions options() {
        auto parameters = TestNetworkOptions::default_parameters();
        parameters.share_notice_s = 0;  // a share binds the whole next window
        return test::one_cluster(parameters);
    }
    // 200 Wh of own use in each quarter hour, 800 Wh are exported.
    static void run(TrueUpBench& b, Window window, bool is_sent) {
        const MeterId other = test::TestNetwork::meter(1, 3);
        b.measure(b.prosumer, window, {0, 800, 1000});
        if (is_sent) b.send(b.prosumer, window);
        b.measure(other, window, {0, 800, 1000});
        b.send(other, window);
        b.measure_others(window, {b.prosumer, other});
        b.settle(window);
    }
    [[nodiscard]] const SettlementLine& line() const { return bench.line(bench.prosumer); }

    TrueUpBench bench{options()};
    TrueUpBench prompt{options()};  // the same, and every reading in time
    std::int64_t share_w_ = 0;
};

TEST_F(CurtailedGapTest, credits_what_the_share_left_beside_the_own_use) {
    run(bench, 1, false);
    const std::int64_t estimated_wh = line().credited_wh;
    const std::int64_t next_share_w = line().mes_w;
    run(bench, 2, false);
    run(bench, 3, true);
    // Two windows of four hours: 4 Wh of generation per watt and window, 3200 Wh of own use each.
    const std::int64_t room_wh = 4 * share_w_ + 4 * next_share_w - 2 * 3200;
    const std::int64_t credited_wh = std::clamp<std::int64_t>(room_wh, 0, 2 * 12'800);
    EXPECT_LT(credited_wh, 2 * 12'800);
    EXPECT_EQ(line().adjusted.credited_wh, credited_wh - estimated_wh);
    EXPECT_EQ(line().adjusted.export_wh, 2 * 12'800 - 12'800);
    EXPECT_EQ(line().adjusted.generation_wh, 2 * 16'000 - 16'000);
    EXPECT_EQ(line().adjusted.export_amount_micro, (credited_wh - estimated_wh) * 80);
}

TEST_F(CurtailedGapTest, credits_a_late_reading_as_if_it_had_come_in_time) {
    run(prompt, 1, true);
    run(bench, 1, false);
    const std::int64_t estimated_wh = line().credited_wh;
    bench.send(bench.prosumer, 1);
    run(bench, 2, true);
    EXPECT_EQ(estimated_wh + line().adjusted.credited_wh, prompt.line(prompt.prosumer).credited_wh);
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
    EXPECT_GT(told_wh, 0);
    EXPECT_LE(hidden_wh, told_wh);
}

}  // namespace
}  // namespace fairfeed
