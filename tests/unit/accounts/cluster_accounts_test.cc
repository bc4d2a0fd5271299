#include "core/accounts/cluster_accounts.h"

#include <gtest/gtest.h>

#include <functional>

#include "core/accounts/plausibility.h"
#include "core/wire/transaction_codec.h"
#include "tests/unit/accounts/one_cluster.h"

namespace fairfeed {
namespace {

using test::TestChain;
using test::TestNetwork;

class ClusterAccountsTest : public test::OneCluster {
  protected:
    // Settles a window without this meter's reading; the meter's energy flows all the same.
    void run_without(const MeterId& silent, Window window) {
        OpenedReadings readings = chain_.read_all(kOne, window);
        readings.erase(silent);
        append(window, readings);
    }
};

TEST_F(ClusterAccountsTest, starts_with_all_the_capacity_and_carries_the_earned_share_on) {
    const auto first = chain_.read_all(kOne, 0, 1000);
    const auto draft = accounts().draft(state(), 0, {{0, first}});
    ASSERT_TRUE(draft);
    const std::int64_t epoch_s = state().genesis.parameters.grid_epoch_s;
    EXPECT_EQ(draft->lines[0].closing.shares, (ShareSchedule{{kNoShareW, epoch_s}}));
    EXPECT_LT(draft->lines[0].mes_w, 5000);
    EXPECT_EQ(draft->lines[1].mes_w, 0);  // a consumer has no capacity
    append(0, first);
    // The share of window 0 is settled at the window's end. It binds after the notice, rounded up
    // to a quarter hour.
    const ShareInForce earned{draft->lines[0].mes_w, epoch_s + 14'400 + 900};
    EXPECT_EQ(accounts().closing(kProsumer)->shares, (ShareSchedule{{kNoShareW, epoch_s}, earned}));
    append(1, chain_.read_all(kOne, 1, 1000));
    // Within window 1 the old share binds for one quarter hour, then the new one.
    EXPECT_EQ(line(kProsumer).closing.shares, (ShareSchedule{{kNoShareW, epoch_s}, earned}));
    EXPECT_LT(line(kProsumer).credited_wh, line(kProsumer).export_wh);
    append(2, chain_.read_all(kOne, 2, 1000));
    EXPECT_EQ(line(kProsumer).closing.shares.front(), earned);  // the first share no longer binds
}

TEST_F(ClusterAccountsTest, drops_a_share_that_another_replaces_at_the_windows_start) {
    test::TestNetworkOptions options;
    options.clusters_with_meters = 1;
    options.parameters.share_notice_s = 0;
    const TestNetwork network(options);
    TestChain chain(network);
    chain.run_window({kOne}, 0, 1000);
    const ShareInForce earned = chain.accounts(kOne).closing(kProsumer)->shares.back();
    EXPECT_EQ(earned.from_s, chain.state().grid().start_s(1));
    chain.run_window({kOne}, 1, 1000);
    EXPECT_EQ(chain.accounts(kOne).last_lines()[0].closing.shares, ShareSchedule{earned});
}

TEST_F(ClusterAccountsTest, lets_the_later_of_two_shares_that_bind_together_stand_alone) {
    const std::int64_t late_ms = state().grid().end_real_ms(1) + 1;
    for (const Window window : {0U, 1U}) {
        const auto readings = chain_.read_all(kOne, window, 1000 - 100 * window);
        const Settlement settlement = chain_.settle(kOne, window, readings);
        const auto group = chain_.group(settlement, readings);
        ASSERT_TRUE(chain_.append(chain_.next_block(group, late_ms + window)));
    }
    // Two settlements a millisecond apart bind from the same quarter hour, so only the second share
    // ever binds.
    const ShareSchedule& shares = accounts().closing(kProsumer)->shares;
    ASSERT_EQ(shares.size(), 2U);
    EXPECT_EQ(shares[1].share_w, line(kProsumer).mes_w);
    EXPECT_LT(shares[0].from_s, shares[1].from_s);
}

TEST_F(ClusterAccountsTest, gives_every_member_the_same_draft) {
    append(0, chain_.read_all(kOne, 0));
    const auto readings = chain_.read_all(kOne, 1);
    const auto mine = accounts().draft(state(), 1, {{1, readings}});
    const ClusterAccounts other = accounts();
    const auto theirs = other.draft(state(), 1, {{1, readings}});
    ASSERT_TRUE(mine && theirs);
    EXPECT_EQ(mine->lines, theirs->lines);
    EXPECT_EQ(mine->totals, theirs->totals);
    const KeyRing keys = network_.key_ring(state(), NodeId("node-2"));
    EXPECT_TRUE(other.check(state(), chain_.settle(kOne, 1, readings), {{1, readings}}, keys));
}

TEST_F(ClusterAccountsTest, estimates_a_missing_meter_from_the_window_before_and_says_so) {
    append(0, chain_.read_all(kOne, 0, 600));
    const SettlementLine real = line(kProsumer);
    run_without(kProsumer, 1);
    const SettlementLine& estimated = line(kProsumer);
    EXPECT_TRUE(estimated.estimated);
    EXPECT_FALSE(line(kConsumer).estimated);
    EXPECT_EQ(estimated.generation_wh, real.generation_wh);
    EXPECT_EQ(estimated.export_wh, real.export_wh);
    EXPECT_EQ(estimated.closing.registers, real.closing.registers);
    EXPECT_EQ(estimated.closing.missed, 1U);
}

TEST_F(ClusterAccountsTest, prefers_the_same_window_a_day_earlier_and_gives_up_after_six) {
    append(0, chain_.read_all(kOne, 0, 200));
    for (Window window = 1; window < 6; ++window)
        append(window, chain_.read_all(kOne, window, 100 * window));
    const std::int64_t generated[] = {200, 100, 200, 300, 400, 500};
    for (Window missed = 0; missed < 6; ++missed) {
        run_without(kProsumer, 6 + missed);
        EXPECT_EQ(line(kProsumer).generation_wh, generated[missed] * 16) << missed;
    }
    run_without(kProsumer, 12);  // the seventh missed window
    EXPECT_EQ(line(kProsumer).generation_wh, 0);
    EXPECT_EQ(line(kProsumer).closing.missed, 7U);
    append(13, chain_.read_all(kOne, 13));  // the meter is back, with a gap in its registers
    EXPECT_EQ(line(kProsumer).closing.missed, 0U);
    EXPECT_TRUE(chain_.invariants().all_held());
}

TEST_F(ClusterAccountsTest, gives_up_after_six_even_where_a_day_earlier_is_known) {
    test::TestNetworkOptions options;
    options.clusters_with_meters = 1;
    options.parameters.window_seconds = 3600;
    const TestNetwork network(options);
    TestChain chain(network);
    for (Window window = 0; window < 24; ++window)
        chain.run_window({kOne}, window);
    for (Window window = 24; window < 31; ++window) {
        const Settlement settlement = chain.settle(kOne, window, {});
        ASSERT_TRUE(chain.append(chain.next_block(chain.group(settlement, {}))));
        const SettlementLine& settled = chain.accounts(kOne).last_lines()[0];
        EXPECT_EQ(settled.generation_wh, window < 30 ? 2000 : 0) << window;
    }
}

TEST_F(ClusterAccountsTest, estimates_nothing_for_a_meter_it_never_heard) {
    run_without(kProsumer, 0);
    EXPECT_TRUE(line(kProsumer).estimated);
    EXPECT_EQ(line(kProsumer).generation_wh, 0);
    EXPECT_EQ(line(kProsumer).closing.registers, test::kInstalled);
    EXPECT_EQ(line(kProsumer).closing.unread_from, 0U);
}

TEST_F(ClusterAccountsTest, settles_with_nobody_present) {
    append(0, {});
    append(1, {});
    EXPECT_EQ(line(kConsumer).closing.missed, 2U);
}

TEST_F(ClusterAccountsTest, carries_remainders_to_the_micro) {
    test::TestNetworkOptions options;
    options.clusters_with_meters = 1;
    options.tariff = {333, 111};
    const TestNetwork network(options);
    TestChain chain(network);
    std::int64_t billed = 0;
    for (Window window = 0; window < 4; ++window) {
        chain.run_window({kOne}, window);
        billed += chain.accounts(kOne).last_lines()[1].import_amount_micro;
    }
    const ClosingState& closing = *chain.accounts(kOne).closing(kConsumer);
    const std::int64_t thousandths = std::int64_t{4} * 16 * 150 * 333;
    EXPECT_EQ(billed, thousandths / 1000);
    EXPECT_EQ(closing.import_remainder, thousandths % 1000);
    EXPECT_NE(closing.import_remainder, 0);
    EXPECT_EQ(closing.balance_micro, billed);
}

TEST_F(ClusterAccountsTest, marks_an_implausible_reading_as_missing_and_estimates) {
    append(0, chain_.read_all(kOne, 0));
    OpenedReadings readings = chain_.read_all(kOne, 1);
    ReadingBody fallen = readings.at(kProsumer).body;
    fallen.end.import_wh -= 1;
    readings.at(kProsumer) = chain_.meter(kProsumer).read_body(1, fallen);
    const auto draft = accounts().draft(state(), 1, {{1, readings}});
    ASSERT_TRUE(draft);
    EXPECT_EQ(draft->entries[0].status, EntryStatus::missing);
    EXPECT_EQ(draft->entries[0].reading, Digest{});
    EXPECT_TRUE(draft->lines[0].estimated);
    append(1, readings);  // the chain takes the settlement without that reading
    EXPECT_EQ(line(kProsumer).closing.missed, 1U);
}

TEST_F(ClusterAccountsTest, marks_a_reading_the_chain_would_refuse_as_missing) {
    append(0, chain_.read_all(kOne, 0));
    OpenedReadings readings = chain_.read_all(kOne, 1);
    readings.at(kProsumer).reading.header.sequence = 1;
    const auto draft = accounts().draft(state(), 1, {{1, readings}});
    ASSERT_TRUE(draft);
    EXPECT_EQ(draft->entries[0].status, EntryStatus::missing);
}

struct BodyDamage {
    const char* name;
    std::function<void(ReadingBody&)> damage;
    const char* expected;
};

TEST_F(ClusterAccountsTest, judges_figures_by_name) {
    append(0, chain_.read_all(kOne, 0));
    const ReadingBody good = chain_.read_all(kOne, 1).at(kProsumer).body;
    const std::vector<BodyDamage> table = {
        {"nothing", [](auto&) {}, "accepted"},
        {"short profile", [](auto& b) { b.profile.pop_back(); }, "profile_length"},
        {"negative quarter", [](auto& b) { b.profile[3].import_wh = -1; }, "negative_energy"},
        {"absurd quarter", [](auto& b) { b.profile[3].import_wh = INT64_MAX; }, "out_of_range"},
        {"export above generation", [](auto& b) { b.profile[3].export_wh = 501; }, "not_plausible"},
        {"negative register", [](auto& b) { b.end.import_wh = -1; }, "negative_energy"},
        {"profile above the register", [](auto& b) { b.end.generation_wh = 10; },
         "registers_contradict"},
        {"a gap where there was none", [](auto& b) { b.end.import_wh += 1; },
         "registers_contradict"},
        {"a register that fell", [](auto& b) { b.end.import_wh -= 1; }, "register_fell"},
        {"twice the rating", [](auto& b) { b.peak_generation_w = 86'940; }, "accepted"},
        {"more than that", [](auto& b) { b.peak_generation_w = 86'941; }, "implausible_peak"},
        {"a quarter above it",
         [](auto& b) {
             b.profile[0].generation_wh += 21'300;
             b.end.generation_wh += 21'300;
         },
         "implausible_peak"},
        {"any claim", [](auto& b) { b.available_wh = INT64_MAX; }, "accepted"},
    };
    for (const BodyDamage& row : table) {
        ReadingBody body = good;
        row.damage(body);
        const auto result = accounts().plausible(state(), 1, kProsumer, body);
        EXPECT_EQ(result ? "accepted" : to_string(result.error()), row.expected) << row.name;
    }
}

struct ForgedDraft {
    const char* name;
    std::function<void(SettlementDraft&)> damage;
    const char* expected;
};

TEST_F(ClusterAccountsTest, finds_what_a_parent_made_up) {
    append(0, chain_.read_all(kOne, 0));
    const auto readings = chain_.read_all(kOne, 1);
    const auto honest = accounts().draft(state(), 1, {{1, readings}});
    ASSERT_TRUE(honest);
    const std::vector<ForgedDraft> table = {
        {"nothing", [](auto&) {}, "accepted"},
        {"a share", [](auto& d) { d.lines[0].mes_w -= 1; }, "wrong_lines"},
        {"a balance", [](auto& d) { d.lines[1].closing.balance_micro += 1; }, "wrong_lines"},
        {"a register", [](auto& d) { d.lines[1].closing.registers.import_wh += 1; }, "wrong_lines"},
        {"a flag", [](auto& d) { d.lines[0].flags = kLineRegisterReset; }, "wrong_lines"},
        {"a count of flags", [](auto& d) { d.lines[0].closing.over_capacity = 1; }, "wrong_lines"},
        {"a schedule", [](auto& d) { d.lines[0].closing.shares.pop_back(); }, "wrong_lines"},
        {"another's line", [](auto& d) { std::swap(d.lines[0], d.lines[1]); }, "wrong_lines"},
        {"totals", [](auto& d) { d.totals.credited_wh -= 1; }, "wrong_totals"},
        {"a reading nobody holds", [](auto& d) { d.entries[0].reading.bytes[0] ^= 1; },
         "reading_not_held"},
        {"a reading withheld",
         [](auto& d) {
             d.entries[0] = {kProsumer, EntryStatus::missing, Digest{}};
         },
         "reading_withheld"},
        {"a conflict that is none",
         [](auto& d) {
             d.entries[0] = {kProsumer, EntryStatus::conflict, Digest{}};
         },
         "wrong_entries"},
    };
    const KeyRing keys = network_.key_ring(state(), NodeId("node-3"));
    for (const ForgedDraft& row : table) {
        SettlementDraft draft = *honest;
        row.damage(draft);
        const auto sealed = accounts().seal(state(), 1, draft, NodeId("node-1"), 0, 0,
                                            chain_.keys(), network_.random());
        ASSERT_TRUE(sealed);
        const auto result = accounts().check(state(), *sealed, {{1, readings}}, keys);
        EXPECT_EQ(result ? "accepted" : to_string(result.error()), row.expected) << row.name;
    }
}

TEST_F(ClusterAccountsTest, says_what_it_cannot_check) {
    append(0, chain_.read_all(kOne, 0));
    const auto readings = chain_.read_all(kOne, 1);
    Settlement settlement = chain_.settle(kOne, 1, readings);
    const auto without_keys = accounts().check(state(), settlement, {{1, readings}}, KeyRing{});
    ASSERT_FALSE(without_keys);
    EXPECT_EQ(without_keys.error(), Reject::unknown_key_epoch);
    settlement.state_height = state().height + 1;
    const auto ahead = accounts().check(state(), settlement, {{1, readings}}, chain_.keys());
    ASSERT_FALSE(ahead);
    EXPECT_EQ(ahead.error(), Reject::wrong_height);
}

TEST_F(ClusterAccountsTest, moves_on_only_with_lines_it_can_open_and_only_once) {
    const auto readings = chain_.read_all(kOne, 0);
    const Settlement settlement = chain_.settle(kOne, 0, readings);
    ClusterAccounts mine(kOne);
    const std::int64_t time_ms = state().grid().end_real_ms(0);
    EXPECT_FALSE(mine.commit(state(), settlement, {{0, readings}}, time_ms, KeyRing{}));
    EXPECT_FALSE(mine.commit(state(), settlement, {}, time_ms, chain_.keys()));
    EXPECT_EQ(mine.last_window(), std::nullopt);
    const auto shares = mine.commit(state(), settlement, {{0, readings}}, time_ms, chain_.keys());
    ASSERT_TRUE(shares);
    ASSERT_EQ(shares->size(), 3U);
    EXPECT_EQ(shares->at(0).meter, kProsumer);
    EXPECT_EQ(shares->at(0).from_s, state().grid().end_s(0) + 900);
    EXPECT_EQ(mine.last_window(), 0U);
    EXPECT_FALSE(mine.commit(state(), settlement, {{0, readings}}, time_ms, chain_.keys()));
}

TEST_F(ClusterAccountsTest, curtails_a_meter_and_leaves_its_excess_uncredited) {
    // All meters export far more than the consumer uses: the shares fall, the export goes on.
    for (Window window = 0; window < 3; ++window)
        append(window, chain_.read_all(kOne, window, window == 0 ? 1100 : 1200));
    const SettlementLine& settled = line(kProsumer);
    EXPECT_LT(settled.credited_wh, settled.export_wh);
    // The credited energy of a quarter hour is the share less the own load.
    const std::int64_t share_w = settled.closing.shares.front().share_w;
    const ShareSchedule& shares = settled.closing.shares;
    ASSERT_EQ(shares.size(), 2U);
    const std::int64_t old_wh = std::max<std::int64_t>(0, share_w / 4 - 240);
    const std::int64_t new_wh = std::max<std::int64_t>(0, shares.back().share_w / 4 - 240);
    EXPECT_NEAR(static_cast<double>(settled.credited_wh), static_cast<double>(old_wh + 15 * new_wh),
                16.0);
    EXPECT_TRUE(chain_.invariants().all_held());
}

}  // namespace
}  // namespace fairfeed
