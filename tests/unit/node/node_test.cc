// Stories of whole nodes: readings go in, blocks and shares come out. Faults of nodes and links in
// between change neither.
#include "edge-node/node/node.h"

#include <gtest/gtest.h>

#include "tests/unit/node/node_world.h"

namespace fairfeed::test {
namespace {

constexpr std::int64_t kPatienceMs = 60'000;

class Nodes : public ::testing::Test {
  protected:
    // After every test, no node may have seen a broken invariant or raised an alarm.
    void TearDown() override {
        if (!world) return;
        for (const NodeId& id : world->network().nodes()) {
            const NodeSummary summary = world->node(id).summary();
            EXPECT_TRUE(summary.alarms.empty()) << id.str() << ": " << summary.alarms.front();
            for (const InvariantReport& report : summary.invariants) {
                EXPECT_TRUE(!report.applicable || report.ok)
                    << id.str() << " " << report.name << ": " << report.explanation;
            }
            EXPECT_TRUE(summary.refused.empty())
                << id.str() << " refused " << summary.refused.begin()->first;
        }
    }
    void settle(Window window, std::int64_t generation_wh = 900) {
        world->go_to_end_of(window);
        world->measure(window, generation_wh);
        expect_settled(window);
    }
    void expect_settled(Window window) {
        const auto all = [&] {
            for (const auto& [cluster, record] : world->first_state().clusters) {
                const bool empty = world->first_state().meters_of(cluster, window).empty();
                if (!empty && !world->settled(cluster, window)) return false;
            }
            return world->agreed_at(1);
        };
        ASSERT_TRUE(world->run_until(all, kPatienceMs)) << "window " << window << " not settled";
    }
    std::unique_ptr<NodeWorld> world;
};

TEST_F(Nodes, of_any_number_settle_every_cluster_and_agree) {
    for (const std::size_t n : {1U, 2U, 3U, 4U, 5U, 7U}) {
        SCOPED_TRACE(n);
        world = std::make_unique<NodeWorld>(lab(n));
        settle(0);
        settle(1);
        settle(2);
        TearDown();
    }
}

TEST_F(Nodes, receipt_a_reading_only_as_members_of_its_cluster) {
    world = std::make_unique<NodeWorld>(lab(5));
    world->go_to_end_of(0);
    const MeterId meter = TestNetwork::meter(1, 1);
    const OpenedReading reading =
        world->meter(meter).read(0, flat_profile(world->first_state(), {0, 100, 100}));
    world->publish_reading(reading, world->network().nodes());
    const auto committee = world->network().committee(TestNetwork::cluster(1));
    EXPECT_EQ(committee.size(), 4U);
    for (const NodeId& id : world->network().nodes()) {
        const bool member = std::find(committee.begin(), committee.end(), id) != committee.end();
        const auto receipts = world->receipts().find(id);
        EXPECT_EQ(
            receipts != world->receipts().end() && receipts->second.contains(reading.reading.id),
            member)
            << id.str();
    }
    world.reset();
}

TEST_F(Nodes, tell_a_meter_its_share_identically_from_every_member) {
    world = std::make_unique<NodeWorld>(lab(4));
    settle(0, 1200);
    const MeterId meter = TestNetwork::meter(2, 1);
    std::set<std::int64_t> shares;
    for (const NodeId& id : world->network().committee(TestNetwork::cluster(2))) {
        const auto share = world->shares().find({id, meter});
        ASSERT_NE(share, world->shares().end()) << id.str();
        EXPECT_EQ(share->second.window, 0U);
        shares.insert(share->second.mes_w);
    }
    ASSERT_EQ(shares.size(), 1U);
    EXPECT_LT(*shares.begin(), 5000) << "a surplus must lower the share";
}

TEST_F(Nodes, estimate_a_meter_that_stays_silent_past_the_grace) {
    world = std::make_unique<NodeWorld>(lab(4, 1));
    settle(0);
    world->go_to_end_of(1);
    const ChainState& state = world->first_state();
    for (const MeterId& meter : world->network().meters(TestNetwork::cluster(1))) {
        if (meter == TestNetwork::meter(1, 2)) {
            world->meter(meter).advance(flat_profile(state, {100, 0, 0}));
            continue;
        }
        world->publish_reading(world->meter(meter).read(1, flat_profile(state, {0, 900, 900})));
    }
    expect_settled(1);
    for (const NodeId& node : world->network().committee(TestNetwork::cluster(1))) {
        const SettlementCounts counts = world->node(node).summary().settlements;
        EXPECT_EQ(counts.estimated,
                  (std::map<MeterId, std::uint64_t>{{TestNetwork::meter(1, 2), 1}}));
        EXPECT_TRUE(counts.trued_up.empty());
    }
    settle(2);
}

TEST_F(Nodes, pull_a_reading_that_reached_only_the_parent) {
    world = std::make_unique<NodeWorld>(lab(4, 1));
    world->go_to_end_of(0);
    const ChainState& state = world->first_state();
    const NodeId parent = world->network().committee(TestNetwork::cluster(1)).front();
    for (const MeterId& meter : world->network().meters(TestNetwork::cluster(1))) {
        world->publish_reading(world->meter(meter).read(0, flat_profile(state, {0, 300, 300})),
                               {parent});
    }
    expect_settled(0);
}

TEST_F(Nodes, make_the_parent_take_a_reading_only_a_neighbour_holds) {
    world = std::make_unique<NodeWorld>(lab(4, 1));
    world->go_to_end_of(0);
    const ChainState& state = world->first_state();
    const auto committee = world->network().committee(TestNetwork::cluster(1));
    Digest kept_from_parent;
    for (const MeterId& meter : world->network().meters(TestNetwork::cluster(1))) {
        const bool kept = meter == TestNetwork::meter(1, 1);
        const auto reading = world->meter(meter).read(0, flat_profile(state, {0, 300, 300}));
        if (kept) kept_from_parent = reading.reading.id;
        world->publish_reading(
            reading,
            kept ? std::vector<NodeId>{committee[1], committee[2], committee[3]} : committee);
    }
    expect_settled(0);
    EXPECT_EQ(world->node(committee[0]).state().meters.at(TestNetwork::meter(1, 1)).last_reading,
              kept_from_parent);
}

TEST_F(Nodes, settle_a_cluster_whose_meter_signs_two_readings_of_one_window) {
    world = std::make_unique<NodeWorld>(lab(4, 1));
    settle(0);
    world->go_to_end_of(1);
    const ChainState& state = world->first_state();
    const auto committee = world->network().committee(TestNetwork::cluster(1));
    const MeterId liar = TestNetwork::meter(1, 1);
    TestMeter twin = world->meter(liar);
    for (const MeterId& meter : world->network().meters(TestNetwork::cluster(1))) {
        const auto reading = world->meter(meter).read(1, flat_profile(state, {0, 300, 300}));
        world->publish_reading(reading,
                               meter == liar ? std::vector<NodeId>{committee[0]} : committee);
    }
    world->publish_reading(twin.read(1, flat_profile(state, {0, 200, 200})),
                           {committee[1], committee[2], committee[3]});
    expect_settled(1);
}

TEST_F(Nodes, catch_up_after_they_slept) {
    world = std::make_unique<NodeWorld>(lab(4));
    settle(0);
    const NodeId sleeper = TestNetwork::node(4);
    world->crash(sleeper);
    for (Window window = 1; window < 4; ++window) {
        world->go_to_end_of(window);
        world->measure(window, 500);
        ASSERT_TRUE(world->run_until(
            [&] { return world->settled(TestNetwork::cluster(1), window); }, kPatienceMs));
    }
    world->restart(sleeper);
    ASSERT_TRUE(world->run_until([&] { return world->agreed_at(4); }, kPatienceMs));
    expect_settled(3);
}

TEST_F(Nodes, settle_a_cluster_whose_parent_is_down_through_its_neighbours) {
    world = std::make_unique<NodeWorld>(lab(4, 1));
    settle(0);
    const auto committee = world->network().committee(TestNetwork::cluster(1));
    world->crash(committee[0]);
    for (Window window = 1; window < 4; ++window) {
        world->go_to_end_of(window);
        world->measure(window, 500);
        ASSERT_TRUE(world->run_until(
            [&] { return world->settled(TestNetwork::cluster(1), window); }, kPatienceMs));
    }
    const Digest settled =
        world->node(committee[1]).state().clusters.at(TestNetwork::cluster(1)).last_settlement;
    NodeId proposer;
    for (const CommittedBlock& committed : world->disk(committee[1]).ledger) {
        for (const Transaction& transaction : committed.block.transactions) {
            if (transaction.id == settled) proposer = transaction.signer;
        }
    }
    EXPECT_EQ(proposer, committee[1]) << "the first neighbour's slot opens first";
    world->restart(committee[0]);
    expect_settled(3);
    settle(4);
}

TEST_F(Nodes, go_on_from_their_disk_when_all_restart_at_once) {
    world = std::make_unique<NodeWorld>(lab(4));
    settle(0);
    world->go_to_end_of(1);
    world->measure(1, 700);
    world->run_for(4);  // in the middle of certifying and voting
    for (const NodeId& id : world->network().nodes())
        world->crash(id);
    for (const NodeId& id : world->network().nodes())
        world->restart(id);
    expect_settled(1);
    settle(2);
}

TEST_F(Nodes, give_meters_their_grace_again_after_a_blackout_that_outlasts_it) {
    world = std::make_unique<NodeWorld>(lab(4, 1));
    settle(0);
    for (const NodeId& id : world->network().nodes())
        world->crash(id);
    world->go_to_end_of(1);
    world->run_for(5000);  // the grace of 1.5 s passes while all are down
    for (const NodeId& id : world->network().nodes())
        world->restart(id);
    world->run_for(1000);
    EXPECT_FALSE(world->settled(TestNetwork::cluster(1), 1)) << "estimated before it could hear";
    world->measure(1, 700);
    expect_settled(1);
    for (const MeterId& meter : world->network().meters(TestNetwork::cluster(1))) {
        EXPECT_EQ(world->node(TestNetwork::node(1)).state().meters.at(meter).last_sequence, 2U)
            << meter.str();
    }
}

TEST_F(Nodes, agree_again_after_a_partition) {
    world = std::make_unique<NodeWorld>(lab(4));
    settle(0);
    world->cut(TestNetwork::node(1), TestNetwork::node(3));
    world->cut(TestNetwork::node(1), TestNetwork::node(4));
    world->cut(TestNetwork::node(2), TestNetwork::node(3));
    world->cut(TestNetwork::node(2), TestNetwork::node(4));
    world->go_to_end_of(1);
    world->measure(1, 700);
    world->run_for(10'000);
    EXPECT_FALSE(world->settled(TestNetwork::cluster(1), 1)) << "two of four are no quorum";
    world->heal();
    expect_settled(1);
}

TEST_F(Nodes, say_nothing_new_while_nothing_happens) {
    world = std::make_unique<NodeWorld>(lab(4));
    settle(0);
    const Height height = world->node(TestNetwork::node(1)).state().height;
    world->run_for(40'000);
    EXPECT_EQ(world->node(TestNetwork::node(1)).state().height, height) << "no empty blocks (R16)";
}

}  // namespace
}  // namespace fairfeed::test
