// R12: at most one signature per (type, height, round), and no going back.
#include <gtest/gtest.h>

#include "core/wire/consensus_codec.h"
#include "edge-node/consensus/sign_guard.h"
#include "tests/unit/consensus/effect_text.h"

namespace fairfeed::consensus {
namespace {

// Like ECDSA, this signer gives another signature each time for the same message.
class CountingSigner final : public Signer {
  public:
    Signature sign(ByteView /*message*/) const override {
        Signature out;
        out.bytes[0] = static_cast<std::uint8_t>(++count_);
        return out;
    }
    PublicKey public_key() const override { return PublicKey{}; }
    int count() const { return count_; }

  private:
    mutable int count_ = 0;
};

class Guarded : public testing::Test {
  protected:
    static VoteContent vote(VoteType type, Height height, Round round, char block) {
        return VoteContent{type, height, round, block_named(block)};
    }
    static ProposalContent proposal(Height height, Round round, char block) {
        return ProposalContent{height, round, std::nullopt, block_named(block)};
    }
    static constexpr VoteType kPrevote = VoteType::prevote;
    static constexpr VoteType kPrecommit = VoteType::precommit;
    CountingSigner signer_;
    SignGuard guard_{NodeId("a"), Digest{}, signer_};
};

TEST_F(Guarded, gives_the_stored_signature_for_the_same_content) {
    const auto first = guard_.sign(vote(kPrevote, 5, 2, 'V'));
    ASSERT_TRUE(first);
    EXPECT_EQ(guard_.sign(vote(kPrevote, 5, 2, 'V')), first);
    EXPECT_EQ(guard_.sign(proposal(5, 3, 'V')), guard_.sign(proposal(5, 3, 'V')));
    EXPECT_EQ(signer_.count(), 2);
}

TEST_F(Guarded, refuses_other_content_in_a_slot_already_signed) {
    ASSERT_TRUE(guard_.sign(proposal(5, 2, 'V')));
    EXPECT_FALSE(guard_.sign(proposal(5, 2, 'W')));
    ProposalContent reproposal = proposal(5, 2, 'V');
    reproposal.valid_round = 1;
    EXPECT_FALSE(guard_.sign(reproposal));
    ASSERT_TRUE(guard_.sign(vote(kPrevote, 5, 2, 'V')));
    EXPECT_FALSE(guard_.sign(vote(kPrevote, 5, 2, 'W')));
    EXPECT_FALSE(guard_.sign(VoteContent{kPrevote, 5, 2, std::nullopt}));
    ASSERT_TRUE(guard_.sign(vote(kPrecommit, 5, 2, 'V')));
    EXPECT_FALSE(guard_.sign(VoteContent{kPrecommit, 5, 2, std::nullopt}));
    EXPECT_EQ(signer_.count(), 3);
}

TEST_F(Guarded, refuses_to_go_back_in_height_round_or_step) {
    ASSERT_TRUE(guard_.sign(vote(kPrecommit, 5, 2, 'V')));
    EXPECT_FALSE(guard_.sign(vote(kPrevote, 5, 2, 'V')));
    EXPECT_FALSE(guard_.sign(proposal(5, 2, 'V')));
    EXPECT_FALSE(guard_.sign(vote(kPrecommit, 5, 1, 'V')));
    EXPECT_FALSE(guard_.sign(vote(kPrecommit, 4, 9, 'V')));
    EXPECT_TRUE(guard_.sign(vote(kPrevote, 5, 3, 'W')));
    EXPECT_FALSE(guard_.sign(proposal(5, 3, 'W')));
    EXPECT_TRUE(guard_.sign(vote(kPrevote, 6, 0, 'X')));
}

TEST_F(Guarded, remembers_what_was_said_before_a_restart) {
    const auto said = guard_.sign(vote(kPrevote, 5, 2, 'V'));
    SignGuard again(NodeId("a"), Digest{}, signer_);
    again.restore(guard_.said());
    EXPECT_EQ(again.sign(vote(kPrevote, 5, 2, 'V')), said);
    EXPECT_FALSE(again.sign(vote(kPrevote, 5, 2, 'W')));
    EXPECT_FALSE(again.sign(vote(kPrevote, 5, 1, 'V')));
}

TEST_F(Guarded, signs_the_bytes_of_the_wire_for_its_network_and_name) {
    const TestSigner signer(NodeId("a"));
    Digest network;
    network.bytes[0] = 7;
    SignGuard guard(NodeId("a"), network, signer);
    const VoteContent content = vote(kPrevote, 1, 0, 'V');
    const auto signed_vote = guard.sign(content);
    ASSERT_TRUE(signed_vote);
    EXPECT_EQ(signed_vote->signature,
              signer.sign(vote_to_be_signed(content, NodeId("a"), network)));
    EXPECT_NE(signed_vote->signature,
              signer.sign(vote_to_be_signed(content, NodeId("a"), Digest{})));
}

}  // namespace
}  // namespace fairfeed::consensus
