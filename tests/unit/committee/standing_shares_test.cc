// Members tell meters the standing share, and no older one.
#include "edge-node/committee/standing_shares.h"

#include <gtest/gtest.h>

#include "core/wire/message_codec.h"
#include "tests/support/test_network.h"

namespace fairfeed {
namespace {

using test::TestNetwork;

const NodeId kSelf = TestNetwork::node(1);
const MeterId kMeter = TestNetwork::meter(1, 1);

TEST(StandingShares, are_told_as_they_were_settled_last) {
    const TestNetwork network;
    const ChainState state = network.initial_state();
    StandingShares shares(kSelf, network.key(kSelf));
    TakenOver taken;
    taken.meters = {kMeter};
    taken.shares = {SettledShare{kMeter, 3, 1500, 60}};
    shares.take_over(taken);
    RecomputedSettlement settled;
    settled.shares = {SettledShare{kMeter, 4, 900, 120}};
    shares.settle(settled, state);
    Effects out;
    shares.tell_all({state, Instant{}, out});
    ASSERT_EQ(out.size(), 1U);
    const Publish& said = std::get<Publish>(out.front());
    EXPECT_EQ(said.topic.channel, Channel::share);
    const auto share = decode_share(said.message, state.network);
    ASSERT_TRUE(share.has_value());
    EXPECT_EQ(share->content.window, 4U);
    EXPECT_EQ(share->content.mes_w, 900);
}

}  // namespace
}  // namespace fairfeed
