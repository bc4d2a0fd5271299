#include "core/state/late_rules.h"

#include <gtest/gtest.h>

#include <functional>

#include "core/state/settlement_rules.h"
#include "tests/unit/state/true_up_bench.h"

namespace fairfeed {
namespace {

using test::TrueUpBench;

// The consumer is read in window 0 and missing in windows 1 and 2. By now the committee holds its
// readings of both.
class LateRulesTest : public testing::Test {
  protected:
    LateRulesTest() {
        for (Window window = 0; window < 3; ++window) {
            bench.measure(bench.consumer, window, {100 + 10 * window, 0, 0});
            if (window == 0) bench.send(bench.consumer, window);
            bench.measure_others(window, {bench.consumer});
            bench.settle(window);
        }
        bench.send(bench.consumer, 1);
        bench.send(bench.consumer, 2);
        bench.measure(bench.consumer, 3, {130, 0, 0});
        bench.send(bench.consumer, 3);
        bench.measure_others(3, {bench.consumer});
    }
    [[nodiscard]] const ChainState& state() const { return bench.chain.state(); }
    [[nodiscard]] std::string judged(const Block& block) const {
        ChainState copy = state();
        PlainSignatureChecker signatures;
        const auto executed = execute_block(copy, block, signatures);
        return executed ? "accepted" : std::string(to_string(executed.error().reason));
    }

    TrueUpBench bench;
};

TEST_F(LateRulesTest, put_every_reading_in_front_by_meter_then_window) {
    const Settlement settlement = bench.chain.settle_held(bench.cluster, 3, bench.held);
    const auto listed = listed_readings(settlement);
    ASSERT_EQ(listed.size(), 5U);
    EXPECT_EQ(listed[0].meter, bench.prosumer);
    for (std::size_t i = 1; i <= 3; ++i) {
        EXPECT_EQ(listed[i].meter, bench.consumer);
        EXPECT_EQ(listed[i].window, i);
    }
    auto group = bench.chain.group_held(settlement, bench.held);
    EXPECT_EQ(judged(bench.chain.next_block(group)), "accepted");
    std::swap(group[1], group[2]);
    EXPECT_EQ(judged(bench.chain.next_block(group)), "wrong_entries");
    std::swap(group[1], group[2]);
    group.erase(group.begin() + 2);
    EXPECT_EQ(judged(bench.chain.next_block(group)), "wrong_entries");
}

struct ForgedList {
    const char* name;
    std::function<void(std::vector<ListedReading>&)> damage;
    const char* expected;
};

TEST_F(LateRulesTest, refuse_a_list_by_name) {
    const Settlement honest = bench.chain.settle_held(bench.cluster, 3, bench.held);
    ASSERT_EQ(honest.late.size(), 2U);
    const std::vector<ForgedList> table = {
        {"nothing", [](auto&) {}, "accepted"},
        {"out of order", [](auto& late) { std::swap(late[0], late[1]); }, "wrong_entries"},
        {"twice the same", [](auto& late) { late[1] = late[0]; }, "wrong_entries"},
        {"a meter of nobody", [](auto& late) { late[0].meter = MeterId("a"); }, "wrong_entries"},
        {"no reading", [](auto& late) { late[0].reading = {}; }, "wrong_entries"},
        {"a window that was read", [](auto& late) { late[0].window = 0; }, "closed_window"},
        {"its own window", [](auto& late) { late[1].window = 3; }, "closed_window"},
        {"a meter that was read",
         [](auto& late) { late[0].meter = test::TestNetwork::meter(1, 1); }, "closed_window"},
    };
    for (const ForgedList& row : table) {
        Settlement forged = honest;
        row.damage(forged.late);
        const auto placed = check_settlement_place(state(), forged);
        EXPECT_EQ(placed ? "accepted" : to_string(placed.error()), row.expected) << row.name;
    }
}

TEST_F(LateRulesTest, refuse_a_listed_reading_that_is_of_another_window) {
    Settlement settlement = bench.chain.settle_held(bench.cluster, 3, bench.held);
    settlement.late[0].window = 1;
    settlement.late[0].reading = settlement.late[1].reading;
    settlement.late.pop_back();
    auto group =
        bench.chain.group_held(bench.chain.settle_held(bench.cluster, 3, bench.held), bench.held);
    group.erase(group.begin() + 1);
    group.back() = certify(bench.network, state(), settlement);
    EXPECT_EQ(judged(bench.chain.next_block(group)), "wrong_window");
}

TEST_F(LateRulesTest, refuse_late_readings_whose_sequence_does_not_rise_with_the_window) {
    // A meter numbers window 2 before window 1: a drafter takes only the first of the two readings.
    const OpenedReading swapped =
        bench.chain.meter(bench.consumer).read_body(1, bench.held[1].at(bench.consumer).body);
    bench.held[1].insert_or_assign(bench.consumer, swapped);
    const Settlement settlement = bench.chain.settle_held(bench.cluster, 3, bench.held);
    ASSERT_EQ(settlement.late.size(), 1U);
    EXPECT_EQ(settlement.late[0].window, 1U);
    EXPECT_EQ(settlement.entries[1].status, EntryStatus::missing);
    Settlement forged = settlement;
    forged.late.push_back({bench.consumer, 2, bench.held[2].at(bench.consumer).reading.id});
    const auto group = bench.chain.group_held(forged, bench.held);
    EXPECT_EQ(judged(bench.chain.next_block(group)), "stale_sequence");
}

TEST_F(LateRulesTest, know_when_a_reading_is_too_old) {
    // 92 days are 552 windows; one further settlement may have been under way.
    EXPECT_EQ(late_windows(state()), 552);
    EXPECT_TRUE(may_true_up(state(), bench.consumer, 1, 554));
    EXPECT_FALSE(may_true_up(state(), bench.consumer, 1, 555));
    EXPECT_EQ(oldest_late(state(), 555), 2U);
    EXPECT_EQ(oldest_late(state(), 3), 0U);
    EXPECT_FALSE(may_true_up(state(), bench.consumer, 3, 3));
    EXPECT_FALSE(may_true_up(state(), MeterId("nobody"), 1, 3));
}

TEST_F(LateRulesTest, leave_room_in_the_block_for_the_windows_own_readings) {
    EXPECT_EQ(late_room(state(), 3), 996U);
    EXPECT_EQ(late_room(state(), 999), 0U);
    EXPECT_EQ(late_room(state(), 5000), 0U);
}

TEST_F(LateRulesTest, hold_the_money_trued_up_against_the_tariff) {
    const Settlement honest = bench.chain.settle_held(bench.cluster, 3, bench.held);
    EXPECT_EQ(honest.totals.adjusted, (AdjustmentTotals{160 + 1920, 0, 0, 0, -520'000}));
    EXPECT_TRUE(adjustments_agree(state(), honest));
    for (const std::int64_t off : {-3, 3}) {
        Settlement forged = honest;
        forged.totals.adjusted.grid_amount_micro += off;
        EXPECT_FALSE(adjustments_agree(state(), forged)) << off;
        EXPECT_FALSE(check_settlement_totals(state(), forged)) << off;
    }
    Settlement absurd = honest;
    absurd.totals.adjusted.import_wh = INT64_MIN;
    EXPECT_FALSE(adjustments_agree(state(), absurd));
}

TEST_F(LateRulesTest, allow_a_gap_to_take_credit_back_and_never_to_give_more) {
    HeldReadings without = bench.held;
    without[1].erase(bench.consumer);
    without[2].erase(bench.consumer);
    Settlement settlement = bench.chain.settle_held(bench.cluster, 3, without);
    ASSERT_TRUE(settlement.late.empty());
    AdjustmentTotals& adjusted = settlement.totals.adjusted;
    const auto credited = [&](std::int64_t wh) {
        adjusted.grid_amount_micro += (wh - adjusted.credited_wh) * 80;
        adjusted.credited_wh = wh;
        return adjustments_agree(state(), settlement);
    };
    EXPECT_TRUE(credited(0));
    EXPECT_TRUE(credited(-10));
    EXPECT_FALSE(credited(10));
}

TEST_F(LateRulesTest, allow_no_adjustment_where_nobody_was_read_again) {
    HeldReadings without;
    without[3] = bench.held[3];
    without[3].erase(bench.consumer);
    Settlement settlement = bench.chain.settle_held(bench.cluster, 3, without);
    EXPECT_TRUE(adjustments_agree(state(), settlement));
    settlement.totals.adjusted.export_wh = 1;
    EXPECT_FALSE(adjustments_agree(state(), settlement));
}

TEST_F(LateRulesTest, find_a_late_reading_that_a_proposer_left_out) {
    HeldReadings few = bench.held;
    few[1].erase(bench.consumer);
    const Settlement settlement = bench.chain.settle_held(bench.cluster, 3, few);
    const auto& accounts = bench.chain.accounts(bench.cluster);
    const auto withheld = accounts.withheld(state(), settlement, bench.held);
    ASSERT_EQ(withheld.size(), 1U);
    EXPECT_EQ(withheld[0]->reading.header.window, 1U);
    const auto checked = accounts.check(state(), settlement, bench.held, bench.chain.keys());
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error(), Reject::reading_withheld);
    EXPECT_TRUE(accounts.check(state(), settlement, few, bench.chain.keys()));
}

TEST_F(LateRulesTest, call_nothing_withheld_that_a_full_list_has_no_room_for) {
    auto options = test::one_cluster(test::TestNetworkOptions::default_parameters());
    options.parameters.max_block_transactions = 5;  // three meters, the settlement, one late one
    TrueUpBench small(options);
    for (Window window = 0; window < 4; ++window) {
        small.measure(small.consumer, window, {100, 0, 0});
        small.measure_others(window, {small.consumer});
        if (window == 0 || window == 3) small.send(small.consumer, window);
        if (window < 3) small.settle(window);
    }
    small.send(small.consumer, 1);
    small.send(small.consumer, 2);
    small.settle(3);
    EXPECT_EQ(small.late.size(), 1U);
    EXPECT_EQ(small.line(small.consumer).adjusted.import_wh, 1600);  // by registers all the same
    EXPECT_EQ(small.record(small.consumer).unread.size(), 1U) << "window 2 comes with the next one";
}

}  // namespace
}  // namespace fairfeed
