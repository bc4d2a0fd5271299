// What a node says of where it stands: its newest COMMIT twice, and again only where a peer's
// STATUS shows that one of the two lives on another chain.
#include <gtest/gtest.h>

#include "core/wire/message_codec.h"
#include "tests/unit/node/node_world.h"

namespace fairfeed::test {
namespace {

const NodeId kSelf = TestNetwork::node(1);
const NodeId kPeer = TestNetwork::node(2);

class Standing : public ::testing::Test {
  protected:
    Standing() {
        world_.watch([this](const NodeId& node, const Effect& effect) {
            const auto* said = std::get_if<Publish>(&effect);
            if (said == nullptr || node != kSelf) return;
            if (said->topic.channel == Channel::commit) ++commits_;
            if (said->topic.channel == Channel::status) ++statuses_;
        });
        world_.go_to_end_of(0);
        world_.measure(0, 700);
        EXPECT_TRUE(world_.settles(TestNetwork::cluster(1), 0));
        let_pass(5);
    }
    // So many repetitions of STATUS.
    void let_pass(int repetitions) {
        world_.run_for(repetitions * world_.chain().genesis.parameters.timers.rebroadcast_cap_ms);
    }
    [[nodiscard]] NodeStatus standing() {
        const ChainState& state = world_.node(kSelf).state();
        return {state.height, state.tip, app_hash(state), state.height + 1, 0};
    }
    void hears(const NodeStatus& status) {
        world_.arrive(
            kPeer, {"test", kPeer.str(), Channel::status, "-"},
            encode_status(status, kPeer, world_.network().network(), world_.network().key(kPeer)),
            kSelf);
    }

    NodeWorld world_{lab(4, 1)};
    int commits_ = 0;
    int statuses_ = 0;
};

TEST_F(Standing, a_commit_of_a_large_block_is_not_repeated_for_ever) {
    EXPECT_EQ(commits_, 2) << "at once, and once more";
    const int before = statuses_;
    let_pass(5);
    EXPECT_EQ(commits_, 2);
    EXPECT_GE(statuses_, before + 4) << "STATUS goes on";
}

// Two certified blocks of one height are the one thing that must not stay unseen (R24).
TEST_F(Standing, a_peer_on_another_chain_of_the_same_height_hears_the_commit_again) {
    NodeStatus other = standing();
    other.tip.bytes[0] ^= 1;
    hears(other);
    let_pass(2);
    EXPECT_EQ(commits_, 3);
    let_pass(5);
    EXPECT_EQ(commits_, 3) << "once for each such STATUS";
    hears(other);
    let_pass(2);
    EXPECT_EQ(commits_, 4);
}

TEST_F(Standing, a_peer_of_another_height_or_the_same_tip_costs_no_commit) {
    hears(standing());
    NodeStatus behind = standing();
    --behind.height;
    behind.tip.bytes[0] ^= 1;
    hears(behind);
    let_pass(3);
    EXPECT_EQ(commits_, 2);
}

}  // namespace
}  // namespace fairfeed::test
