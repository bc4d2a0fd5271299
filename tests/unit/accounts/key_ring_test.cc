#include "core/accounts/key_ring.h"

#include <gtest/gtest.h>

#include "tests/support/test_network.h"

namespace fairfeed {
namespace {

using test::TestNetwork;

const MeterId kMeter = TestNetwork::meter(1, 1);

test::TestNetworkOptions five_nodes() {
    test::TestNetworkOptions options;
    options.nodes = 5;
    options.clusters_with_meters = 1;
    return options;
}

TEST(KeyRingTest, opens_what_its_holder_was_granted) {
    const TestNetwork network(five_nodes());
    const ChainState state = network.initial_state();
    for (const char* name : {"node-1", "node-4", "dgmd"}) {
        const KeyRing keys = network.key_ring(state, NodeId(name));
        ASSERT_TRUE(keys.find(kMeter, 1)) << name;
        EXPECT_EQ(*keys.find(kMeter, 1), network.data_key(kMeter));
        EXPECT_EQ(keys.find(kMeter, 2), nullptr);
    }
}

TEST(KeyRingTest, stays_empty_for_a_node_outside_the_committee) {
    const TestNetwork network(five_nodes());
    EXPECT_TRUE(network.key_ring(network.initial_state(), NodeId("node-5")).empty());
}

TEST(KeyRingTest, learns_nothing_from_another_recipients_wrap) {
    const TestNetwork network(five_nodes());
    KeyRing keys;
    keys.learn(network.initial_state(), NodeId("node-1"), test::agreement_key("node-2"));
    EXPECT_TRUE(keys.empty());
}

TEST(KeyRingTest, refuses_a_wrap_moved_to_another_meter_or_epoch) {
    const TestNetwork network(five_nodes());
    ChainState state = network.initial_state();
    const MeterId other = TestNetwork::meter(1, 2);
    auto& grants = state.meters.edit(other).grants;
    grants = state.meters.at(kMeter).grants;
    auto& moved = state.meters.edit(kMeter).grants;
    moved[0].epoch = 2;
    const KeyRing keys = network.key_ring(state, NodeId("node-1"));
    EXPECT_EQ(keys.find(other, 1), nullptr);
    EXPECT_EQ(keys.find(kMeter, 2), nullptr);
}

TEST(KeyRingTest, knows_the_newest_epoch_of_each_meter) {
    KeyRing keys;
    EXPECT_EQ(keys.newest(kMeter), std::nullopt);
    keys.add(kMeter, 1, {});
    keys.add(kMeter, 3, {});
    keys.add(MeterId("zz"), 9, {});
    EXPECT_EQ(keys.newest(kMeter), 3U);
    EXPECT_EQ(keys.newest(MeterId("zz")), 9U);
    EXPECT_EQ(keys.newest(MeterId("aa")), std::nullopt);
}

}  // namespace
}  // namespace fairfeed
