// The bodies that a block lacks: every validator is asked in turn, and unrequested bodies are
// refused.
#include "edge-node/chain/missing_bodies.h"

#include <gtest/gtest.h>

#include "tests/support/test_network.h"

namespace fairfeed::test {
namespace {

const NodeId kSelf = TestNetwork::node(1);
const NodeId kSource = TestNetwork::node(3);
const ClusterId kCluster = TestNetwork::cluster(1);

class Missing : public ::testing::Test {
  protected:
    // The peer that is now asked for the block's bodies.
    [[nodiscard]] std::string asks() {
        const auto question = missing_.ask(block_, {body_.id}, kSource, chain_.state(), now_);
        return question ? question->peer.str() : "nobody";
    }
    void wait_until_due() { now_.steady_ms = missing_.next_deadline_ms().value(); }
    [[nodiscard]] bool takes(const NodeId& peer) {
        const auto taken = missing_.take(peer, {body_, other_});
        return taken && taken->size() == 1 && taken->front().id == body_.id;
    }

    TestNetwork network_;
    TestChain chain_{network_};
    OpenedReadings readings_ = chain_.read_all(kCluster, 0);
    std::vector<Transaction> window_ =
        chain_.group(chain_.settle(kCluster, 0, readings_), readings_);
    const Transaction& body_ = window_.front();
    const Transaction& other_ = window_.back();
    Digest block_ = other_.id;
    Instant now_{.steady_ms = 1000, .real_ms = 0, .synchronised = true};
    MissingBodies missing_{kSelf};
};

TEST_F(Missing, bodies_are_asked_for_of_the_source_first_and_then_of_each_validator_in_turn) {
    EXPECT_EQ(asks(), kSource.str());
    EXPECT_EQ(asks(), "nobody") << "the source has time to answer";
    for (const std::size_t next : {4U, 2U, 3U}) {
        wait_until_due();
        EXPECT_EQ(asks(), TestNetwork::node(next).str());
    }
}

// A liar may list bodies that nobody has.
TEST_F(Missing, bodies_that_no_validator_has_are_asked_for_ever_less_often) {
    std::int64_t last_pause_ms = 0;
    for (int round = 0; round < 3; ++round) {
        std::int64_t pause_ms = 0;
        for (int i = 0; i < 4; ++i) {
            (void)asks();
            pause_ms = *missing_.next_deadline_ms() - now_.steady_ms;
            wait_until_due();
        }
        EXPECT_GT(pause_ms, last_pause_ms);
        last_pause_ms = pause_ms;
    }
}

TEST_F(Missing, bodies_are_taken_once_and_of_the_peer_that_was_asked) {
    ASSERT_EQ(asks(), kSource.str());
    EXPECT_FALSE(takes(TestNetwork::node(2)));
    EXPECT_TRUE(takes(kSource)) << "of the answer, what was asked for";
    EXPECT_FALSE(takes(kSource));
}

TEST_F(Missing, outlines_are_awaited_without_a_question) {
    missing_.await_outline(block_);
    EXPECT_TRUE(missing_.awaits_outline(block_) && missing_.wants(block_));
    EXPECT_EQ(missing_.next_deadline_ms(), std::nullopt);
    ASSERT_EQ(asks(), kSource.str());
    EXPECT_FALSE(missing_.awaits_outline(block_));
    missing_.found(block_);
    EXPECT_FALSE(missing_.wants(block_));
}

TEST_F(Missing, bodies_that_were_refused_are_not_pulled_again_at_this_height) {
    ASSERT_TRUE(missing_.pull(kSource, {body_.id}, chain_.state(), now_));
    EXPECT_TRUE(takes(kSource));
    missing_.refused(body_.id);
    now_.steady_ms += 1'000'000;
    EXPECT_FALSE(missing_.pull(kSource, {body_.id}, chain_.state(), now_));
    missing_.on_commit({});
    EXPECT_TRUE(missing_.pull(kSource, {body_.id}, chain_.state(), now_));
}

}  // namespace
}  // namespace fairfeed::test
