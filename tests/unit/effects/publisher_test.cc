// A node publishes on its own topics alone, and peers can check who sent a request.
#include "edge-node/effects/publisher.h"

#include <gtest/gtest.h>

#include "core/wire/message_codec.h"
#include "tests/support/test_network.h"

namespace fairfeed {
namespace {

class Speaking : public ::testing::Test {
  protected:
    [[nodiscard]] const Publish& said() const { return std::get<Publish>(out.back()); }

    const test::TestNetwork network;
    const ChainState state = network.initial_state();
    const NodeId self = test::TestNetwork::node(1);
    const NodeId peer = test::TestNetwork::node(2);
    const Publisher publisher{self, network.key(self)};
    Effects out;
    const Turn turn{state, Instant{}, out};
};

TEST_F(Speaking, is_done_on_the_topic_of_the_node_in_its_network) {
    publisher.publish(turn, Channel::have, "-", Bytes{1, 2});
    publisher.publish(turn, Channel::answer, peer.str(), Bytes{3});
    ASSERT_EQ(out.size(), 2U);
    EXPECT_EQ(std::get<Publish>(out.front()).message, (Bytes{1, 2}));
    EXPECT_EQ(said().topic,
              (Topic{state.genesis.parameters.name, self.str(), Channel::answer, peer.str()}));
}

TEST_F(Speaking, to_ask_a_peer_signs_the_question_and_names_the_peer) {
    publisher.ask(turn, peer, BlocksRequest{7, 3});
    EXPECT_EQ(said().topic.channel, Channel::request);
    EXPECT_EQ(said().topic.item, peer.str());
    const auto asked = decode_request(said().message, state.network);
    ASSERT_TRUE(asked.has_value());
    EXPECT_EQ(asked->signer, self);
    EXPECT_TRUE(asked->verify(*state.node_key(self)).has_value());
    EXPECT_EQ(std::get<BlocksRequest>(asked->content).from, 7U);
}

TEST_F(Speaking, endorses_nothing_unless_it_is_told_from_when_on) {
    EXPECT_FALSE(turn.endorses_from.has_value());
}

}  // namespace
}  // namespace fairfeed
