// R21 with whole nodes: a registered node begins to decide, a revoked node no longer counts, and
// the network goes on settling.
#include <gtest/gtest.h>

#include "core/wire/consensus_codec.h"
#include "tests/unit/node/node_world.h"

namespace fairfeed::test {
namespace {

constexpr std::int64_t kPatienceMs = 60'000;
const NodeId kThree = TestNetwork::node(3);
const NodeId kFour = TestNetwork::node(4);
const NodeId kFifth = TestNetwork::node(5);
const ClusterId kCluster = TestNetwork::cluster(1);

TestNetworkOptions one_cluster(std::size_t nodes) {
    TestNetworkOptions options = lab(nodes, 1);
    options.clusters = 1;  // its committee: nodes 1 to 4
    return options;
}

class ChangingNetwork : public ::testing::Test {
  protected:
    explicit ChangingNetwork(std::size_t nodes) : world(one_cluster(nodes)) {}

    void settle(Window window) {
        world.go_to_end_of(window);
        world.measure(window, 700);
        ASSERT_TRUE(world.settles(kCluster, window)) << "window " << window;
    }
    // Whether this node sees the window settled; only running members count.
    [[nodiscard]] bool settles_at(const NodeId& id, Window window) {
        world.go_to_end_of(window);
        world.measure(window, 700);
        return world.run_until(
            [&] { return world.node(id).state().cluster(kCluster)->last_window == window; },
            kPatienceMs);
    }
    void register_fifth() {
        world.say_as_dgmd(NodeRegistration{0,
                                           kFifth,
                                           signing_key(kFifth.str()).public_key(),
                                           agreement_key(kFifth.str()).public_key(),
                                           {}});
        const auto known = [&] { return state().nodes.contains(kFifth); };
        ASSERT_TRUE(world.run_until(known, kPatienceMs));
    }
    // The change is complete after two more blocks.
    void register_and_start_fifth() {
        settle(0);
        register_fifth();
        world.join(kFifth);
        settle(1);
        settle(2);
        settle(3);
    }
    [[nodiscard]] const ChainState& state() { return world.node(TestNetwork::node(1)).state(); }
    [[nodiscard]] consensus::Snapshot standing(const NodeId& id) {
        return world.node(id).summary().consensus;
    }

    NodeWorld world;
};

class GrowingNetwork : public ChangingNetwork {
  protected:
    GrowingNetwork() : ChangingNetwork(4) {}
};
class ShrinkingNetwork : public ChangingNetwork {
  protected:
    ShrinkingNetwork() : ChangingNetwork(5) {}
};

TEST_F(GrowingNetwork, counts_the_vote_of_a_node_that_was_registered) {
    register_and_start_fifth();
    EXPECT_EQ(state().validator_epoch, 1U);
    EXPECT_EQ(standing(kFifth).validators, 5U);
    EXPECT_TRUE(standing(kFifth).may_sign);
    world.crash(kFour);  // four of five must agree, so node 5 is needed
    EXPECT_TRUE(settles_at(TestNetwork::node(1), 4));
    world.crash(kFifth);
    EXPECT_FALSE(settles_at(TestNetwork::node(1), 5)) << "three of five";
}

TEST_F(GrowingNetwork, lets_a_node_wait_for_its_registration) {
    settle(0);
    world.join(kFifth);
    world.run_for(5000);
    EXPECT_TRUE(world.has_alarm(kFifth, "node-5 is not registered in this chain up to height 0"));
    EXPECT_GT(world.node(kThree).summary().refused["unknown_node"], 0U);
    register_fifth();
    settle(1);
    settle(2);
    settle(3);
    EXPECT_FALSE(world.has_alarm(kFifth, "not registered"));
    world.crash(kFour);
    EXPECT_TRUE(settles_at(TestNetwork::node(1), 4));
}

// The node may have voted at this height before it lost its disk, so a vote now could be a second
// one.
TEST_F(GrowingNetwork, keeps_a_registered_node_silent_that_comes_back_without_its_disk) {
    register_and_start_fifth();
    ASSERT_TRUE(standing(kFifth).may_sign);
    const Height tip = state().height;
    Height lowest = UINT64_MAX;
    world.watch([&](const NodeId& id, const Effect& effect) {
        const auto* said = std::get_if<Publish>(&effect);
        if (id != kFifth || said == nullptr) return;
        const Channel channel = said->topic.channel;
        if (channel != Channel::prevote && channel != Channel::precommit) return;
        lowest = std::min(lowest, decode_vote(said->message)->content.height);
    });
    world.crash(kFifth);
    world.join(kFifth);
    settle(4);
    EXPECT_FALSE(standing(kFifth).may_sign);
    for (Window window = 5; !standing(kFifth).may_sign && window < 12; ++window)
        settle(window);
    EXPECT_TRUE(standing(kFifth).may_sign);
    settle(12);
    EXPECT_GT(lowest, tip + 2) << "everything it may have voted on before";
}

TEST_F(ShrinkingNetwork, does_not_hear_a_revoked_node) {
    settle(0);
    world.say_as_dgmd(NodeRevocation{0, kFifth});
    EXPECT_TRUE(settles_at(TestNetwork::node(1), 1));
    EXPECT_TRUE(settles_at(TestNetwork::node(1), 2));
    EXPECT_EQ(state().validator_epoch, 1U);
    EXPECT_TRUE(state().is_revoked(kFifth));
    EXPECT_FALSE(standing(kFifth).may_sign);
    EXPECT_TRUE(world.has_alarm(kFifth, "DGMD has revoked node-5"));
    EXPECT_GT(world.node(kThree).summary().refused["revoked"], 0U);
    world.crash(kFifth);
    world.crash(kFour);  // three of four are enough now
    EXPECT_TRUE(settles_at(TestNetwork::node(1), 3));
}

// Otherwise the revoked node would ask for ever, and sign for heights that are long decided.
TEST_F(ShrinkingNetwork, still_gives_a_revoked_node_the_blocks_that_tell_it) {
    settle(0);
    world.crash(kFifth);
    world.say_as_dgmd(NodeRevocation{0, kFifth});
    EXPECT_TRUE(settles_at(TestNetwork::node(1), 1));
    EXPECT_TRUE(settles_at(TestNetwork::node(1), 2));
    world.restart(kFifth);
    EXPECT_TRUE(world.run_until([&] { return world.has_alarm(kFifth, "DGMD has revoked node-5"); },
                                kPatienceMs));
    EXPECT_FALSE(standing(kFifth).may_sign);
}

TEST_F(ShrinkingNetwork, needs_a_revoked_node_until_the_change_is_in_force) {
    settle(0);
    const Height before = state().height;
    world.say_as_dgmd(NodeRevocation{0, kFifth});
    ASSERT_TRUE(world.run_until([&] { return state().height == before + 1; }, kPatienceMs));
    EXPECT_FALSE(state().is_revoked(kFifth));
    world.crash(kFour);  // four of five decide the next height, the revoked node among them
    EXPECT_TRUE(settles_at(TestNetwork::node(1), 1));
    EXPECT_TRUE(state().is_revoked(kFifth));
}

}  // namespace
}  // namespace fairfeed::test
