// R14: a lagging node whose peers send damaged blocks or lies. Nothing of them enters the chain,
// the node counts them by reason for the peer, and asks the next peer at once.
#include <gtest/gtest.h>

#include "core/wire/chain_codec.h"
#include "core/wire/message_codec.h"
#include "tests/unit/node/node_world.h"

namespace fairfeed::test {
namespace {

constexpr std::int64_t kPatienceMs = 60'000;
const NodeId kSleeper = TestNetwork::node(4);
const NodeId kLiar = TestNetwork::node(1);
const NodeId kHonest = TestNetwork::node(2);

class Import : public ::testing::Test {
  protected:
    // Three blocks and more are committed while the sleeper is away. Afterwards it receives only
    // the messages that the test sends.
    Import() {
        world.crash(kSleeper);
        for (Window window = 0; window < 3; ++window) {
            world.go_to_end_of(window);
            world.measure(window, 700);
            EXPECT_TRUE(world.run_until(
                [&] { return world.settled(TestNetwork::cluster(1), window); }, kPatienceMs));
        }
        for (const NodeId& id : world.network().nodes())
            world.cut(kSleeper, id);
        world.run_for(10);  // delivers messages that were under way
        world.restart(kSleeper);
        world.watch([this](const NodeId& id, const Effect& effect) {
            const auto* said = std::get_if<Publish>(&effect);
            if (id != kSleeper || !said || said->topic.channel != Channel::request) return;
            const auto request = decode_request(said->message, world.network().network());
            if (std::holds_alternative<BlocksRequest>(request->content)) ++asked_[said->topic.item];
        });
        claim(kLiar, 1000);
        claim(kHonest, tip());
    }
    [[nodiscard]] Topic topic(const NodeId& sender, Channel channel, std::string item = "-") {
        return {world.network().genesis().content.parameters.name, sender.str(), channel,
                std::move(item)};
    }
    void claim(const NodeId& peer, Height height) { world.claim_height(peer, height, kSleeper); }
    // A node takes one answer from the peer that it asked.
    void until_asked(const NodeId& peer) {
        claim(peer, 1000);
        ASSERT_TRUE(world.run_until([&] { return asked_[peer.str()] > answered_[peer.str()]; },
                                    kPatienceMs));
    }
    void answer(const NodeId& peer, const Bytes& message) {
        answered_[peer.str()] = asked_[peer.str()];
        world.arrive(peer, topic(peer, Channel::answer, kSleeper.str()), message, kSleeper);
    }
    void answer(const NodeId& peer, const std::vector<CommittedBlock>& blocks) {
        answer(peer, encode_answer(BlocksAnswer{blocks}));
    }
    [[nodiscard]] Height tip() { return world.node(kHonest).state().height; }
    [[nodiscard]] Height height() { return world.node(kSleeper).state().height; }
    [[nodiscard]] CommittedBlock block(Height height) {
        return world.disk(kHonest).ledger.at(height - 1);
    }
    [[nodiscard]] std::map<std::string, std::uint64_t> refused_from(const NodeId& peer) {
        return world.node(kSleeper).summary().refused_from[peer];
    }
    [[nodiscard]] std::string asked() { return world.said().at(Channel::request).topic.item; }
    void expect_refused(const std::string& reason, const std::vector<CommittedBlock>& blocks) {
        SCOPED_TRACE(reason);
        const auto before = refused_from(kLiar)[reason];
        until_asked(kLiar);
        answer(kLiar, blocks);
        EXPECT_EQ(refused_from(kLiar)[reason], before + 1);
        EXPECT_EQ(height(), 0U);
    }

    NodeWorld world{lab(4)};

  private:
    std::map<std::string, int> asked_;
    std::map<std::string, int> answered_;
};

TEST_F(Import, of_garbage_changes_nothing) {
    answer(kLiar, to_bytes(as_bytes("blocks")));
    Bytes cut = encode_answer(BlocksAnswer{{block(1)}});
    cut.resize(cut.size() / 2);
    answer(kLiar, cut);
    EXPECT_EQ(height(), 0U);
    EXPECT_EQ(refused_from(kLiar).at("truncated"), 1U);
    EXPECT_EQ(refused_from(kLiar).size(), 2U);
}

TEST_F(Import, takes_no_block_without_its_own_quorum) {
    CommittedBlock few = block(1);
    few.certificate.witnesses.pop_back();
    expect_refused("no_quorum", {few});
    CommittedBlock forged = block(1);
    forged.certificate.witnesses[0].signature = forged.certificate.witnesses[1].signature;
    expect_refused("wrong_signature", {forged});
    CommittedBlock other = block(1);
    other.certificate = block(2).certificate;
    expect_refused("wrong_certificate", {other});
    CommittedBlock prevotes = block(1);
    prevotes.certificate.content.type = VoteType::prevote;
    expect_refused("wrong_certificate", {prevotes});
    CommittedBlock thrice = block(1);
    thrice.certificate.witnesses[1] = thrice.certificate.witnesses[0];
    expect_refused("not_canonical", {thrice});
}

TEST_F(Import, takes_no_header_that_its_certificate_does_not_name) {
    CommittedBlock state = block(1);
    state.block.header.app_hash.bytes[0] ^= 1;
    expect_refused("wrong_certificate", {state});
    CommittedBlock network = block(1);
    network.block.header.network.bytes[0] ^= 1;
    until_asked(kLiar);
    answer(kLiar, {network});
    EXPECT_EQ(height(), 0U);
}

TEST_F(Import, takes_no_body_that_its_header_does_not_name) {
    CommittedBlock shorter = block(1);
    shorter.block.transactions.pop_back();
    expect_refused("wrong_root", {shorter});
    CommittedBlock later = block(1);
    later.block.parent_certificate = block(1).certificate;
    expect_refused("wrong_root", {later});
    CommittedBlock unendorsed = block(1);
    unendorsed.block.transactions.back().endorsements.pop_back();
    expect_refused("no_quorum", {unendorsed});
}

TEST_F(Import, asks_the_next_peer_at_once_after_a_bad_answer) {
    EXPECT_EQ(asked(), kLiar.str());
    CommittedBlock few = block(1);
    few.certificate.witnesses.clear();
    answer(kLiar, {few});
    EXPECT_EQ(asked(), kHonest.str());
    answer(kHonest, {block(1), block(2)});
    EXPECT_EQ(height(), 2U);
    EXPECT_EQ(asked(), kHonest.str());
    answer(kHonest, {block(3)});
    EXPECT_EQ(height(), 3U);
}

TEST_F(Import, asks_the_next_peer_after_an_answer_that_is_not_what_was_asked_for) {
    answer(kLiar, {block(3)});
    EXPECT_EQ(asked(), kHonest.str());
    EXPECT_EQ(height(), 0U);
}

// A peer that was asked may make this node execute its blocks once; no other peer may.
TEST_F(Import, takes_no_answer_that_was_not_asked_for) {
    answer(kHonest, {block(1)});
    EXPECT_EQ(height(), 0U);
    EXPECT_EQ(refused_from(kHonest), (std::map<std::string, std::uint64_t>{{"unasked", 1}}));
    EXPECT_EQ(asked(), kLiar.str()) << "its turn is not over";
    answer(kLiar, {block(2), block(3)});
    EXPECT_EQ(refused_from(kLiar).at("unasked"), 1U) << "it was asked for blocks from 1";
    answer(kHonest, {block(1)});
    EXPECT_EQ(height(), 1U);
    answer(kLiar, {block(2)});
    EXPECT_EQ(height(), 1U);
    EXPECT_EQ(refused_from(kLiar).at("unasked"), 2U) << "it has answered";
}

TEST_F(Import, takes_a_late_answer_to_what_was_asked) {
    world.run_for(650);
    EXPECT_EQ(asked(), kHonest.str());
    answer(kLiar, {block(1)});
    EXPECT_EQ(height(), 1U);
}

TEST_F(Import, waits_for_a_silent_claimant_no_longer_than_for_a_proposal) {
    world.run_for(650);
    EXPECT_EQ(asked(), kHonest.str());
}

TEST_F(Import, keeps_what_was_good_before_the_first_bad_block) {
    CommittedBlock few = block(2);
    few.certificate.witnesses.clear();
    answer(kLiar, {block(1), few, block(3)});
    EXPECT_EQ(height(), 1U);
    EXPECT_EQ(refused_from(kLiar).at("no_quorum"), 1U);
    EXPECT_EQ(asked(), kHonest.str());
}

TEST_F(Import, of_a_claim_without_a_certificate_is_nothing) {
    claim(kLiar, UINT64_MAX);
    EXPECT_EQ(height(), 0U);
    world.heal();
    EXPECT_TRUE(world.run_until([&] { return height() == tip(); }, kPatienceMs));
}

}  // namespace
}  // namespace fairfeed::test
