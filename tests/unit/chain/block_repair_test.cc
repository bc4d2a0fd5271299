// The repair of a damaged block: one peer after the other is asked, and only the right block is
// taken.
#include "edge-node/chain/block_repair.h"

#include <gtest/gtest.h>

#include "core/wire/message_codec.h"
#include "tests/support/test_network.h"

namespace fairfeed::test {
namespace {

const NodeId kPeer = TestNetwork::node(2);

class Repair : public ::testing::Test {
  protected:
    Repair() {
        for (Window window = 0; window < 3; ++window)
            chain_.run_window({TestNetwork::cluster(1)}, window);
    }
    [[nodiscard]] const CommittedBlock& block(Height height) const {
        return chain_.blocks()[height - 1];
    }
    [[nodiscard]] Digest id(Height height) const { return block_id(block(height).block.header); }
    // The peer and the height of the next request, at its due time. Expects at most one request.
    [[nodiscard]] std::optional<std::pair<NodeId, Height>> asked() {
        now_.steady_ms = repair_.next_deadline_ms().value_or(now_.steady_ms);
        Effects out;
        repair_.on_time({chain_.state(), now_, out});
        if (out.empty()) return std::nullopt;
        const auto& said = std::get<Publish>(out.front());
        const auto request = decode_request(said.message, network_.network());
        CHECK(request && request->signer == self_ && said.topic.channel == Channel::request);
        const auto& blocks = std::get<BlocksRequest>(request->content);
        EXPECT_EQ(blocks.count, 1U);
        return std::pair{*NodeId::parse(said.topic.item), blocks.from};
    }
    [[nodiscard]] Effects heard(const NodeId& from, std::vector<CommittedBlock> blocks) {
        Effects out;
        was_asked_ =
            repair_.on_blocks(from, BlocksAnswer{std::move(blocks)}, {chain_.state(), now_, out});
        return out;
    }
    [[nodiscard]] NodeId whom_it_asks() {
        auto request = asked();
        while (!request)
            request = asked();
        return request->first;
    }

    TestNetwork network_;
    TestChain chain_{network_};
    NodeId self_ = TestNetwork::node(1);
    SigningKey signer_ = network_.key(self_);
    BlockRepair repair_{self_, signer_};
    bool was_asked_ = false;
    Instant now_{1000, 1000, true};
};

TEST_F(Repair, asks_every_peer_in_turn_until_the_block_is_mended) {
    repair_.on_damage(2, id(2), now_);
    std::set<NodeId> peers;
    for (int i = 0; i < 8; ++i) {
        const auto request = asked();
        if (!request) continue;  // the node's own turn
        EXPECT_EQ(request->second, 2U);
        peers.insert(request->first);
    }
    EXPECT_EQ(peers.size(), 3U);
    EXPECT_FALSE(peers.contains(self_));
    EXPECT_EQ(repair_.damaged(), 1U);
    repair_.on_mended(2);
    repair_.on_mended(2);
    EXPECT_EQ(repair_.damaged(), 0U);
    EXPECT_EQ(repair_.mended(), 1U);
    EXPECT_FALSE(repair_.next_deadline_ms());
}

TEST_F(Repair, asks_ever_less_often_when_nobody_has_it) {
    repair_.on_damage(1, id(1), now_);
    std::int64_t last_wait_ms = 0;
    for (int i = 0; i < 100; ++i) {
        (void)asked();
        last_wait_ms = *repair_.next_deadline_ms() - now_.steady_ms;
    }
    EXPECT_EQ(last_wait_ms, chain_.state().genesis.parameters.timers.propose_cap_ms);
}

TEST_F(Repair, takes_the_block_of_the_certified_id_and_no_other) {
    EXPECT_TRUE(heard(kPeer, {block(2)}).empty()) << "nothing is wanted";
    repair_.on_damage(2, id(2), now_);
    NodeId peer = whom_it_asks();
    EXPECT_TRUE(heard(peer, {block(1)}).empty());
    EXPECT_TRUE(heard(peer, {block(1), block(2)}).empty()) << "one was asked for";
    CommittedBlock other = block(2);
    other.block.header.time_ms += 1;
    EXPECT_TRUE(heard(peer, {other}).empty());
    EXPECT_TRUE(was_asked_);
    peer = whom_it_asks();
    const Effects taken = heard(peer, {block(2)});
    ASSERT_EQ(taken.size(), 1U);
    EXPECT_EQ(*std::get<MendBlock>(taken.front()).block, block(2));
}

// A taken block may cost the check of its certificate, so unrequested ones are refused.
TEST_F(Repair, takes_a_block_only_from_whom_it_asked_and_once) {
    repair_.on_damage(2, id(2), now_);
    const NodeId peer = whom_it_asks();
    for (const NodeId& other : network_.nodes()) {
        if (other == peer) continue;
        EXPECT_TRUE(heard(other, {block(2)}).empty());
    }
    EXPECT_FALSE(was_asked_);
    EXPECT_EQ(heard(peer, {block(2)}).size(), 1U);
    EXPECT_TRUE(heard(peer, {block(2)}).empty());
    EXPECT_FALSE(was_asked_);
}

}  // namespace
}  // namespace fairfeed::test
