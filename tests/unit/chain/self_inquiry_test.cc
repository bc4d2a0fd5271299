// R22, R23: a node's questions to the others before it signs, the answers that count, and the
// endorsements that are permitted meanwhile.
#include "edge-node/chain/self_inquiry.h"

#include <gtest/gtest.h>

#include "core/crypto/digest.h"
#include "core/wire/consensus_codec.h"
#include "core/wire/message_codec.h"
#include "tests/support/test_network.h"

namespace fairfeed::test {
namespace {

const NodeId kSelf = TestNetwork::node(1);
const NodeId kPeer = TestNetwork::node(2);

class Asking : public ::testing::Test {
  protected:
    void begin(SafetyTrust trust) {
        inquiry_.emplace(kSelf, network_.key(kSelf), trust);
        if (const auto doubt = inquiry_->first_doubt()) (void)replica_.step(*doubt, now_);
        inquiry_->begin(chain_.state(), now_);
        Effects said;
        inquiry_->ask_if_due(replica_, {chain_.state(), now_, said});
        for (const Effect& effect : said) {
            const auto& question = std::get<Publish>(effect);
            asked_.push_back(question.topic.item);
            question_ = sha256(question.message);
        }
    }
    [[nodiscard]] std::string_view refusal(const NodeId& sender, const AttestAnswer& answer) {
        const auto shown = inquiry_->shown(sender, answer, chain_.state());
        return shown ? "none" : to_string(shown.error());
    }
    // These nodes answer that their chains have this height.
    void answer(const std::vector<std::size_t>& nodes, Height height) {
        for (const std::size_t i : nodes) {
            EXPECT_EQ(refusal(TestNetwork::node(i), {question_, height, {}, {}}), "none");
            inquiry_->count(TestNetwork::node(i), height);
        }
    }
    [[nodiscard]] bool ends() { return inquiry_->ends_start(chain_.state(), now_); }
    [[nodiscard]] std::optional<Height> endorses_from() const {
        return inquiry_->endorses_from(replica_, chain_.state());
    }
    [[nodiscard]] Vote vote_by(const NodeId& signer) const {
        const VoteContent content{VoteType::prevote, 1, 0, Digest{}};
        return {content, signer,
                network_.key(signer).sign(vote_to_be_signed(content, signer, network_.network()))};
    }

    TestNetwork network_;
    TestChain chain_{network_};
    consensus::Replica replica_{
        {kSelf, network_.network(), chain_.state().genesis.parameters.timers, 0},
        network_.key(kSelf)};
    Instant now_{.steady_ms = 1000, .real_ms = 0, .synchronised = true};
    std::optional<SelfInquiry> inquiry_;
    std::vector<std::string> asked_;
    Digest question_;
};

TEST_F(Asking, waits_for_all_others_but_the_faulty_and_endorses_nothing_until_then) {
    begin(SafetyTrust::sound);
    EXPECT_EQ(asked_, (std::vector<std::string>{"node-2", "node-3", "node-4"}));
    answer({2}, 0);
    EXPECT_FALSE(ends());
    EXPECT_EQ(endorses_from(), std::nullopt);
    answer({3}, 0);
    EXPECT_TRUE(ends());
    EXPECT_FALSE(ends()) << "the start ends once";
    EXPECT_EQ(endorses_from(), 0U);
}

// After a blackout all nodes wait for each other's answers.
TEST_F(Asking, waits_no_longer_than_a_bounded_time) {
    begin(SafetyTrust::sound);
    EXPECT_FALSE(ends());
    now_.steady_ms += consensus::Inquiry::kMostWaitMs;
    EXPECT_TRUE(ends());
}

TEST_F(Asking, wakes_at_the_end_of_its_wait) {
    begin(SafetyTrust::sound);
    now_.steady_ms = 1000 + consensus::Inquiry::kMostWaitMs - 1;
    Effects said;
    inquiry_->ask_if_due(replica_, {chain_.state(), now_, said});
    EXPECT_EQ(inquiry_->next_deadline_ms(replica_, chain_.state(), now_), now_.steady_ms + 1);
}

TEST_F(Asking, counts_one_answer_of_each_validator_to_the_newest_question) {
    begin(SafetyTrust::sound);
    EXPECT_EQ(refusal(NodeId("stranger"), {question_, 0, {}, {}}), "wrong_validators");
    const auto late = inquiry_->shown(kPeer, {Digest{}, 0, {}, {}}, chain_.state());
    EXPECT_TRUE(late && !*late) << "it answers a question of an earlier start";
    EXPECT_EQ(refusal(kPeer, {question_, 0, {}, {}}), "none");
    EXPECT_EQ(refusal(kPeer, {question_, 0, {}, {}}), "duplicate");
}

TEST_F(Asking, believes_no_vote_that_it_has_not_signed) {
    begin(SafetyTrust::sound);
    EXPECT_EQ(refusal(kPeer, {question_, 0, {vote_by(kPeer)}, {}}), "wrong_topic");
    Vote forged = vote_by(TestNetwork::node(3));
    forged.validator = kSelf;
    EXPECT_EQ(refusal(TestNetwork::node(3), {question_, 0, {forged}, {}}), "wrong_signature");
    const auto shown =
        inquiry_->shown(TestNetwork::node(4), {question_, 0, {vote_by(kSelf)}, {}}, chain_.state());
    ASSERT_TRUE(shown && *shown);
    EXPECT_EQ((*shown)->size(), 1U);
}

// A lost record may have held votes of heights that this node has not reached.
TEST_F(Asking, limits_the_silence_of_a_lost_record_when_a_quorum_of_others_is_not_ahead) {
    begin(SafetyTrust::lost);
    answer({2, 3}, 0);
    EXPECT_FALSE(inquiry_->limits_silence(replica_, chain_.state()));
    answer({4}, 0);
    const auto limit = inquiry_->limits_silence(replica_, chain_.state());
    ASSERT_TRUE(limit);
    EXPECT_EQ(std::get<consensus::MistrustBounded>(*limit).until, 2U);
    (void)replica_.step(*limit, now_);
    EXPECT_TRUE(ends());
    EXPECT_EQ(endorses_from(), std::nullopt) << "height 2 is not reached";
    chain_.run_window({TestNetwork::cluster(1)}, 0);
    chain_.run_window({TestNetwork::cluster(1)}, 1);
    EXPECT_EQ(endorses_from(), 3U);
}

TEST_F(Asking, doubts_its_memory_when_a_fresh_node_is_shown_a_chain) {
    begin(SafetyTrust::fresh);
    EXPECT_TRUE(inquiry_->doubts_memory());
    EXPECT_TRUE(inquiry_->lacks_record(replica_));
    (void)replica_.step(*inquiry_->doubts_memory(), now_);
    EXPECT_FALSE(inquiry_->lacks_record(replica_)) << "the silence is on record";
    begin(SafetyTrust::sound);
    EXPECT_FALSE(inquiry_->doubts_memory());
}

}  // namespace
}  // namespace fairfeed::test
