// A change of committee with whole nodes. Newcomers get the closing states, leaving members are no
// longer needed, and the next window settles. This holds for any number of changed members, and
// when machines are gone (docs/protocol.md, "Handover").
#include "tests/unit/node/handover_bench.h"

namespace fairfeed::test {
namespace {

constexpr std::int64_t kPatienceMs = 60'000;

class HandoverTest : public ::testing::Test, public HandoverBench {
  protected:
    HandoverTest() : HandoverBench(eight_nodes()) {}
    void TearDown() override {
        for (std::size_t i = 1; i <= kNodes; ++i) {
            const NodeId id = TestNetwork::node(i);
            if (down_.contains(id)) continue;
            const NodeSummary summary = world.node(id).summary();
            for (const std::string& alarm : summary.alarms)
                EXPECT_NE(alarm.find(expected_alarm_), std::string::npos) << id.str() << alarm;
            for (const InvariantReport& report : summary.invariants) {
                EXPECT_TRUE(!report.applicable || report.ok)
                    << id.str() << " " << report.name << ": " << report.explanation;
            }
        }
    }
    void crash(const NodeId& id) {
        world.crash(id);
        down_.insert(id);
    }
    void expect_settled_by(Window window, const std::vector<NodeId>& members) {
        const Transaction batch = settlement(window);
        EXPECT_EQ(batch.signer, members.front());
        EXPECT_EQ(std::get<Settlement>(batch.content).version, 0U);
        for (const SettlementEntry& entry : std::get<Settlement>(batch.content).entries)
            EXPECT_EQ(entry.status, EntryStatus::reading) << entry.meter.str();
        for (const Witness& witness : batch.endorsements)
            EXPECT_NE(std::find(members.begin(), members.end(), witness.node), members.end());
    }

    std::set<NodeId> down_;
    std::string expected_alarm_ = "none is expected";
};

TEST_F(HandoverTest, lets_a_committee_of_nobody_but_newcomers_settle_the_next_window) {
    settle(0);
    const auto next = nodes({5, 6, 7, 8});
    allocate(next, 2);
    settle(1);
    settle(2);
    settle(3);
    expect_settled_by(2, next);
    expect_settled_by(3, next);
    for (const NodeId& id : next) {
        const auto& reports = world.node(id).summary().invariants;
        EXPECT_TRUE(reports[1].applicable) << "it recomputes: " << id.str();
    }
    EXPECT_EQ(on_chain(TransactionKind::handover).size(), 2U) << "of four, one of whom may lie";
}

TEST_F(HandoverTest, makes_a_newcomer_as_good_as_any_member) {
    settle(0);
    const auto next = nodes({1, 2, 3, 5});
    allocate(next, 2);
    settle(1);
    settle(2);
    crash(TestNetwork::node(2));  // three of four remain, the newcomer among them
    settle(3);
    expect_settled_by(3, next);
}

TEST_F(HandoverTest, needs_no_dead_parent) {
    settle(0);
    crash(TestNetwork::node(1));
    const auto next = nodes({5, 2, 3, 6});
    allocate(next, 2);
    settle(1);
    settle(2);
    settle(3);
    expect_settled_by(2, next);
}

// The new committee also gets the window of the dead members, although it could not read that
// window.
TEST_F(HandoverTest, leaves_no_window_to_a_committee_that_has_no_quorum) {
    settle(0);
    crash(TestNetwork::node(1));
    crash(TestNetwork::node(2));
    world.go_to_end_of(1);
    world.measure(1, 700);
    world.go_to_end_of(3);
    ASSERT_FALSE(world.settled(kCluster, 1));
    const auto next = nodes({5, 3, 6, 7});
    allocate(next, 1);
    ASSERT_TRUE(world.settles(kCluster, 1));
    ASSERT_TRUE(world.settles(kCluster, 2));
    const Transaction first = settlement(1);
    for (const SettlementEntry& entry : std::get<Settlement>(first.content).entries)
        EXPECT_EQ(entry.status, EntryStatus::missing) << entry.meter.str();
    world.measure(2, 700);  // registers move while no committee can be reached
    world.measure(3, 700);
    settle(4);
    settle(5);
    expect_settled_by(5, next);
    EXPECT_EQ(std::get<Settlement>(settlement(5).content).totals.adjusted, AdjustmentTotals{});
}

// The member has endorsed a batch of the old parent, whose place belongs to the new parent now.
TEST_F(HandoverTest, hears_the_new_parent_of_a_window_that_the_old_one_had_begun) {
    settle(0);
    crash(TestNetwork::node(3));
    crash(TestNetwork::node(4));
    world.go_to_end_of(1);
    world.measure(1, 700);
    world.go_to_end_of(3);
    const auto next = nodes({5, 2, 6});  // all three must agree
    allocate(next, 1);
    ASSERT_TRUE(world.settles(kCluster, 1));
    EXPECT_FALSE(world.node(next[1]).summary().refused.contains("wrong_entries"))
        << "the new parent's batch, for standing in the old one's place";
    ASSERT_TRUE(world.settles(kCluster, 3));
    settle(4);
    expect_settled_by(4, next);
}

TEST_F(HandoverTest, takes_the_word_of_nobody_but_the_chain_where_only_dgmd_is_left) {
    settle(0);
    allocate(nodes({1}), 2);
    settle(1);
    settle(2);
    crash(TestNetwork::node(1));
    world.go_to_end_of(5);
    const auto next = nodes({5, 6});
    allocate(next, 3);
    world.run_for(5000);
    ASSERT_FALSE(world.settled(kCluster, 3)) << "nobody knows the closing states";
    hand_over_as_dgmd(next);
    ASSERT_TRUE(world.settles(kCluster, 5));
    settle(6);
    expect_settled_by(6, next);
}

// A committee of one tolerates no liar; DGMD's HANDOVER still helps.
TEST_F(HandoverTest, survives_what_is_handed_over_and_does_not_open) {
    expected_alarm_ = "what node-1 hands over does not open";
    settle(0);
    const NodeId liar = TestNetwork::node(1);
    allocate({liar}, 2);
    settle(1);
    settle(2);
    crash(liar);
    world.go_to_end_of(5);
    const auto next = nodes({5, 6});
    allocate(next, 3);
    world.say_to_all(handover(liar, next, wrong_keys()));
    const auto is_noticed = [&] { return world.has_alarm(next[0], expected_alarm_); };
    ASSERT_TRUE(world.run_until(is_noticed, kPatienceMs));
    hand_over_as_dgmd(next);
    ASSERT_TRUE(world.settles(kCluster, 5));
    settle(6);
    expect_settled_by(6, next);
}

TEST_F(HandoverTest, shows_newcomers_nothing_before_their_time_and_leavers_nothing_after_it) {
    settle(0);
    allocate(nodes({5, 6, 7, 8}), 2);
    settle(1);
    settle(2);
    const ChainState& state = world.chain();
    const auto opens = [&](std::size_t node, Window window) {
        const KeyRing keys = world.network().key_ring(state, TestNetwork::node(node));
        return ClusterAccounts::open_lines(std::get<Settlement>(settlement(window).content), keys)
            .has_value();
    };
    EXPECT_TRUE(opens(1, 1));
    EXPECT_FALSE(opens(1, 2));
    EXPECT_FALSE(opens(5, 1));
    EXPECT_TRUE(opens(5, 2));
}

TEST_F(HandoverTest, is_found_on_the_chain_by_a_newcomer_that_starts_later) {
    settle(0);
    const auto next = nodes({1, 2, 3, 5});
    allocate(next, 2);
    crash(TestNetwork::node(5));
    settle(1);
    settle(2);
    world.join(TestNetwork::node(5));  // starts with an empty disk
    down_.erase(TestNetwork::node(5));
    settle(3);
    settle(4);
    settle(5);
    settle(6);
    crash(TestNetwork::node(3));
    settle(7);
    expect_settled_by(7, next);
}

TEST_F(HandoverTest, leaves_a_newcomer_its_word_although_its_ledger_begins_before_it_came) {
    settle(0);
    allocate(nodes({5, 6, 7, 8}), 2);
    settle(1);
    const NodeId id = TestNetwork::node(6);
    bool has_endorsed = false;
    world.watch([&](const NodeId& node, const Effect& effect) {
        const auto* row = std::get_if<PersistEndorsement>(&effect);
        if (row && row->endorsement.window == 2 && node == id) has_endorsed = true;
    });
    world.go_to_end_of(2);
    world.measure(2, 700);
    ASSERT_TRUE(world.run_until([&] { return has_endorsed; }, kPatienceMs));
    world.crash(id);
    world.disk_of(id).ledger.clear();
    world.restart(id);
    EXPECT_EQ(world.node(id).load().batches, 1U) << "the batch that it endorsed";
    ASSERT_TRUE(world.settles(kCluster, 2));
}

TEST_F(HandoverTest, tells_meters_the_share_that_the_committee_before_settled) {
    settle(0);
    allocate(nodes({5, 6, 7, 8}), 2);
    settle(1);
    ASSERT_TRUE(
        world.run_until([&] { return is_handed_over(world.chain(), kCluster); }, kPatienceMs));
    world.run_for(1000);
    for (const MeterId& meter : world.network().meters(kCluster)) {
        const auto& said = world.shares().at({TestNetwork::node(5), meter});
        EXPECT_EQ(said, world.shares().at({TestNetwork::node(1), meter})) << meter.str();
        EXPECT_EQ(said.window, 1U);
    }
}

}  // namespace
}  // namespace fairfeed::test
