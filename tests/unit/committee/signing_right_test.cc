// The windows for which a member that lost its memory may sign again (R23).
#include "edge-node/committee/signing_right.h"

#include <gtest/gtest.h>

#include "tests/support/test_network.h"

namespace fairfeed {
namespace {

using test::TestNetwork;

const ClusterId kCluster = TestNetwork::cluster(1);
const NodeId kSelf = TestNetwork::node(1);

ChainState state_with(std::size_t members) {
    test::TestNetworkOptions options;
    options.nodes = members;
    options.members = members;
    return TestNetwork(options).initial_state();
}

TEST(SigningRight, counts_a_window_that_stands_still_from_its_first_block) {
    ChainState state = state_with(4);
    SigningRight right(kSelf);
    for (const Height height : {7U, 8U, 9U}) {
        state.height = height;
        right.follow(state);
    }
    EXPECT_TRUE(right.is_opened_from(kCluster, 7));
    EXPECT_FALSE(right.is_opened_from(kCluster, 8));
    state.clusters.edit(kCluster).last_window = 0;
    right.follow(state);
    EXPECT_TRUE(right.is_opened_from(kCluster, 9)) << "the next window";
}

TEST(SigningRight, is_nobodys_who_may_endorse_nothing) {
    SigningRight right(kSelf);
    right.follow(state_with(4));
    EXPECT_FALSE(right.is_opened_from(kCluster, std::nullopt));
    EXPECT_TRUE(right.is_opened_from(kCluster, 0));
}

TEST(SigningRight, is_opened_to_no_stranger) {
    ChainState state = state_with(4);
    state.height = 7;
    SigningRight right(NodeId("stranger"));
    right.follow(state);
    EXPECT_FALSE(right.is_opened_from(kCluster, 1));
}

TEST(SigningRight, leaves_the_window_under_way_to_the_others_after_a_lost_inbox) {
    ChainState state = state_with(4);
    const Instant now{0, state.grid().end_real_ms(2) - 1, true};
    SigningRight right(kSelf);
    EXPECT_EQ(right.doubt(state, now).up_to.at(kCluster), 2U);
    EXPECT_TRUE(right.is_in_doubt(kCluster, state));
    state.clusters.edit(kCluster).last_window = 1;
    EXPECT_TRUE(right.is_in_doubt(kCluster, state));
    state.clusters.edit(kCluster).last_window = 2;
    EXPECT_FALSE(right.is_in_doubt(kCluster, state));
}

TEST(SigningRight, doubts_nothing_where_no_fault_is_tolerated) {
    const ChainState state = state_with(3);
    SigningRight right(kSelf);
    EXPECT_FALSE(right.doubt(state, {0, state.grid().end_real_ms(2), true}).up_to.empty());
    EXPECT_FALSE(right.is_in_doubt(kCluster, state));
}

}  // namespace
}  // namespace fairfeed
