#include "core/accounts/true_up.h"

#include <gtest/gtest.h>

#include "tests/unit/state/true_up_bench.h"

namespace fairfeed {
namespace {

using test::TestNetworkOptions;
using test::TrueUpBench;

// Windows of 16 quarter hours, 250 micro per Wh of import, 80 per Wh of export.
class TrueUpTest : public testing::Test {
  protected:
    // The consumer measures this import in every quarter hour; its reading is sent or not.
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
    EXPECT_EQ(line().closing.estimates,
              (std::vector<EstimatedWindow>{{1, 1600, 0, 0, 0, 400'000'000, 0}}));
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
    EXPECT_EQ(line().closing.estimates,
              (std::vector<EstimatedWindow>{{2, 2400, 0, 0, 0, 600'000'000, 0}}));
    EXPECT_EQ(bench.record(bench.consumer).missed, 1U);
}

TEST_F(TrueUpTest, closes_two_gaps_by_registers_around_a_late_reading) {
    for (Window window = 0; window < 5; ++window)
        consume(window, 100 + 10 * window, window == 0 || window == 4);
    for (Window window = 0; window < 4; ++window)
        settle(window);
    bench.send(bench.consumer, 2);
    settle(4);
    // Window 1: 1760 instead of the estimated 1600. Windows 2 and 3: 1920 and 2080, without an
    // estimate.
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
    // Window 1 is estimated from window 0, window 6 from the same hours a day before.
    EXPECT_EQ(line().adjusted.import_wh, 11 * 3200 - 2 * 1600);
    EXPECT_EQ(line().closing.balance_micro, (1600 + 12 * 3200) * 250);
}

TEST_F(TrueUpTest, bills_a_late_reading_and_the_gap_behind_it_each_at_its_own_rate) {
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
    // Each window was estimated 800 Wh too low. The late window is priced at its own tariff.
    EXPECT_EQ(line().adjusted, (Adjustment{1600, 0, 0, 0, 200'000 + 400'000, 0}));
    consume(kWeek + 2, 100, true);
    settle(kWeek + 2);
    EXPECT_EQ(line().adjusted, Adjustment{});
}

// Two windows of 2400 Wh, each estimated at 1600: one before and one after a change of rates.
struct ChangeOfRates {
    std::int64_t later_micro_per_kwh;
    std::int64_t adjusted_micro;
};
class GapAcrossTariffs : public TrueUpTest, public testing::WithParamInterface<ChangeOfRates> {};

TEST_P(GapAcrossTariffs, is_priced_where_import_is_dearest) {
    constexpr Window kWeek = 42;
    const auto notice = bench.network.from_dgmd(
        bench.chain.state(), TariffNotice{0, {GetParam().later_micro_per_kwh, 80'000}, kWeek});
    ASSERT_TRUE(
        bench.chain.append(bench.chain.next_block({notice}, bench.chain.state().tip_time_ms + 1)));
    for (Window window = 0; window <= kWeek + 1; ++window) {
        const bool is_gap = window == kWeek - 1 || window == kWeek;
        consume(window, is_gap ? 150 : 100, !is_gap);
        settle(window);
    }
    EXPECT_EQ(line().adjusted, (Adjustment{1600, 0, 0, 0, GetParam().adjusted_micro, 0}));
}

INSTANTIATE_TEST_SUITE_P(Rates, GapAcrossTariffs,
                         testing::Values(ChangeOfRates{500'000, 4800 * 500 - 1600 * (250 + 500)},
                                         ChangeOfRates{125'000, 4800 * 250 - 1600 * (250 + 125)}));

// Of two TARIFFs for one window the later one counts. The first one was never in force, so no gap
// is priced at it, and it does not hide invented prices of a committee.
TEST_F(TrueUpTest, prices_no_gap_at_a_rate_that_was_replaced_before_it_began) {
    constexpr Window kWeek = 42;
    for (const std::int64_t rate : {900'000, 250'000}) {
        const auto notice =
            bench.network.from_dgmd(bench.chain.state(), TariffNotice{0, {rate, 80'000}, kWeek});
        ASSERT_TRUE(bench.chain.append(
            bench.chain.next_block({notice}, bench.chain.state().tip_time_ms + 1)));
    }
    for (Window window = 0; window <= kWeek; ++window) {
        const bool is_gap = window == kWeek - 1 || window == kWeek;
        consume(window, is_gap ? 150 : 100, !is_gap);
        settle(window);
    }
    consume(kWeek + 1, 100, true);
    Settlement forged = bench.chain.settle_held(bench.cluster, kWeek + 1, bench.held);
    forged.totals.adjusted.grid_amount_micro -= 1'000'000;
    EXPECT_FALSE(adjustments_agree(bench.chain.state(), forged));
    settle(kWeek + 1);
    EXPECT_EQ(line().adjusted, (Adjustment{1600, 0, 0, 0, 1600 * 250, 0}));
}

TEST_F(TrueUpTest, takes_late_readings_after_newer_ones_in_any_order) {
    for (Window window = 0; window < 6; ++window) {
        consume(window, 100 + 10 * window, window == 0 || window == 5);
        settle(window);
    }
    EXPECT_EQ(bench.record(bench.consumer).unread, (std::vector<UnreadGap>{{1, 5, 1, 6}}));
    ASSERT_EQ(line().closing.gaps.size(), 1U);
    const std::int64_t balance_micro = line().closing.balance_micro;
    EXPECT_EQ(balance_micro, (1600 + 1760 + 1920 + 2080 + 2240 + 2400) * 250);
    bench.send(bench.consumer, 3);
    consume(6, 100, true);
    settle(6);
    EXPECT_EQ(bench.late.size(), 1U);
    EXPECT_EQ(line().adjusted, Adjustment{}) << "the registers had said as much";
    EXPECT_EQ(bench.record(bench.consumer).unread,
              (std::vector<UnreadGap>{{1, 3, 1, 4}, {4, 5, 4, 6}}));
    for (const Window window : {4U, 1U, 2U})
        bench.send(bench.consumer, window);
    consume(7, 100, true);
    settle(7);
    EXPECT_EQ(bench.late.size(), 3U);
    EXPECT_TRUE(bench.record(bench.consumer).unread.empty());
    EXPECT_TRUE(line().closing.gaps.empty());
    EXPECT_EQ(line().closing.balance_micro, balance_micro + 2 * 1600 * 250);
    bench.send(bench.consumer, 3);
    consume(8, 100, true);
    settle(8);
    EXPECT_TRUE(bench.late.empty()) << "nothing is taken twice";
}

TEST_F(TrueUpTest, takes_a_backlog_over_as_many_settlements_as_it_needs_room_for) {
    auto options = test::one_cluster(TestNetworkOptions::default_parameters());
    options.parameters.max_block_transactions = 6;  // three meters, the settlement, two late ones
    TrueUpBench small(options);
    std::size_t taken = 0;
    for (Window window = 0; window < 10; ++window) {
        const bool is_away = window > 0 && window < 6;
        small.measure(small.consumer, window, {100 + 10 * window, 0, 0});
        if (!is_away) small.send(small.consumer, window);
        small.measure_others(window, {small.consumer});
        if (window == 6) {
            for (Window missed = 1; missed < 6; ++missed)
                small.send(small.consumer, missed);
        }
        small.settle(window);
        taken += small.late.size();
        EXPECT_EQ(small.line(small.consumer).estimated, is_away) << window;
        EXPECT_EQ(taken, window < 6 ? 0U : std::min<std::size_t>(2 * (window - 5), 5)) << window;
    }
    EXPECT_TRUE(small.record(small.consumer).unread.empty());
    EXPECT_EQ(small.line(small.consumer).closing.balance_micro, 16 * (1000 + 450) * 250);
}

TEST_F(TrueUpTest, keeps_the_newest_gaps_of_a_meter_that_comes_and_goes) {
    constexpr Window kEnd = 2 * (kMaxGaps + 3) + 1;
    for (Window window = 0; window < kEnd; ++window) {
        consume(window, 100, window % 2 == 0);
        settle(window);
    }
    const auto& unread = bench.record(bench.consumer).unread;
    const auto& gaps = line().closing.gaps;
    ASSERT_EQ(unread.size(), kMaxGaps);
    ASSERT_EQ(gaps.size(), kMaxGaps);
    for (std::size_t i = 0; i < kMaxGaps; ++i)
        EXPECT_EQ(gaps[i].first, unread[i].first);
    EXPECT_EQ(unread.front().first, 7U);
    EXPECT_FALSE(may_true_up(bench.chain.state(), bench.consumer, 5, kEnd));
    EXPECT_TRUE(may_true_up(bench.chain.state(), bench.consumer, 7, kEnd));
}

TEST_F(TrueUpTest, forgets_a_gap_that_is_too_old) {
    auto parameters = TestNetworkOptions::default_parameters();
    parameters.close_after_s = 3 * parameters.window_seconds;
    TrueUpBench brief(test::one_cluster(parameters));
    for (Window window = 0; window < 8; ++window) {
        brief.measure(brief.consumer, window, {100, 0, 0});
        if (window != 1 && window != 2) brief.send(brief.consumer, window);
        brief.measure_others(window, {brief.consumer});
        brief.settle(window);
        const bool is_known = window >= 3 && window <= 5;  // window 2 may be listed up to window 6
        EXPECT_EQ(brief.record(brief.consumer).unread.size(), is_known ? 1U : 0U) << window;
        EXPECT_EQ(brief.line(brief.consumer).closing.gaps.size(), is_known ? 1U : 0U) << window;
    }
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
    EXPECT_EQ(line().adjusted.import_wh, 1600 + 1760);  // window 0, window 1
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
    EXPECT_EQ(bench.record(bench.consumer).missed, 2U);  // windows 3 and 4
    EXPECT_FALSE(bench.record(bench.consumer).is_silent());
    consume(5, 100, true);
    settle(5);
    EXPECT_EQ(bench.record(bench.consumer).missed, 0U);
}

TEST_F(TrueUpTest, is_part_of_what_all_nodes_agree_on) {
    ChainState state = bench.chain.state();
    const Digest before = app_hash(state);
    state.meters.edit(bench.consumer).missed = 1;
    const Digest missed = app_hash(state);
    EXPECT_NE(missed, before);
    state.meters.edit(bench.consumer).last_window = 0;
    EXPECT_NE(app_hash(state), missed);
}

}  // namespace
}  // namespace fairfeed
