// R14: the peer that a lagging node asks, and how long a liar can delay the node.
#include "core/follow/catch_up.h"

#include <gtest/gtest.h>

namespace fairfeed {
namespace {

const NodeId kA("a");
const NodeId kB("b");
const NodeId kC("c");

class CatchingUp : public ::testing::Test {
  protected:
    void wait(std::int64_t ms) { now.steady_ms += ms; }
    [[nodiscard]] std::string asks(Height tip = 5) {
        const auto peer = catch_up.whom_to_ask(tip, now);
        return peer ? peer->str() : "nobody";
    }
    [[nodiscard]] static NetworkParameters patient() {
        NetworkParameters parameters;
        parameters.timers = {.propose_ms = 600, .rebroadcast_ms = 300};
        return parameters;
    }
    CatchUp catch_up{patient()};
    Instant now{.steady_ms = 1000, .real_ms = 0, .synchronised = true};
};

TEST_F(CatchingUp, believes_the_height_that_the_tolerated_liars_cannot_make_up) {
    EXPECT_EQ(believed_height({}), 0U);
    EXPECT_EQ(believed_height({7}), 7U);
    EXPECT_EQ(believed_height({999, 7, 6, 0}), 7U) << "one of four may lie";
    const std::vector<NodeId> validators{kA, kB, kC, NodeId("d")};
    catch_up.on_claim(kA, 999, 5, now);
    EXPECT_EQ(catch_up.claimed(validators), 0U);
    catch_up.on_claim(kB, 8, 5, now);
    catch_up.on_claim(kC, 6, 5, now);
    EXPECT_EQ(catch_up.claimed(validators), 8U);
    catch_up.on_claim(kB, 5, 5, now);
    EXPECT_EQ(catch_up.claimed(validators), 6U) << "a claim taken back counts no more";
}

TEST_F(CatchingUp, asks_nobody_while_nobody_claims_more) {
    catch_up.on_claim(kA, 5, 5, now);
    EXPECT_EQ(asks(), "nobody");
    EXPECT_EQ(catch_up.next_deadline_ms(5), std::nullopt);
}

TEST_F(CatchingUp, asks_one_peer_at_a_time) {
    catch_up.on_claim(kA, 9, 5, now);
    catch_up.on_claim(kB, 9, 5, now);
    EXPECT_EQ(asks(), "a");
    EXPECT_EQ(asks(), "nobody");
    EXPECT_EQ(catch_up.next_deadline_ms(5), 1600);
}

TEST_F(CatchingUp, lets_the_next_block_come_by_itself_first) {
    catch_up.on_claim(kA, 6, 5, now);
    EXPECT_EQ(asks(), "nobody");
    EXPECT_EQ(catch_up.next_deadline_ms(5), 1300);
    wait(300);
    EXPECT_EQ(asks(), "a");
}

TEST_F(CatchingUp, asks_the_next_at_once_after_a_bad_answer) {
    catch_up.on_claim(kA, 9, 5, now);
    catch_up.on_claim(kB, 9, 5, now);
    EXPECT_EQ(asks(), "a");
    catch_up.on_failure(kA, now);
    EXPECT_EQ(asks(), "b");
}

TEST_F(CatchingUp, waits_for_no_answer_longer_than_for_a_proposal) {
    catch_up.on_claim(kA, 9, 5, now);
    catch_up.on_claim(kB, 9, 5, now);
    EXPECT_EQ(asks(), "a");
    wait(599);
    EXPECT_EQ(asks(), "nobody");
    wait(1);
    EXPECT_EQ(asks(), "b");
}

TEST_F(CatchingUp, asks_a_liar_ever_more_seldom) {
    catch_up.on_claim(kA, 1'000'000, 5, now);
    int questions = 0;
    for (int ms = 0; ms < 600'000; ms += 100) {
        catch_up.on_claim(kA, 1'000'000 + static_cast<Height>(ms), 5, now);
        if (asks() == "a") ++questions;
        wait(100);
    }
    EXPECT_LE(questions, 70) << "of 1000 that it asks for with endless claims";
    EXPECT_GE(questions, 50) << "it may have told the truth";
}

TEST_F(CatchingUp, prefers_who_has_helped_to_who_has_not) {
    catch_up.on_claim(kA, 9000, 5, now);
    catch_up.on_claim(kB, 9, 5, now);
    EXPECT_EQ(asks(), "a");
    catch_up.on_failure(kA, now);
    EXPECT_EQ(asks(), "b");
    catch_up.on_progress(kB, now);
    wait(600);
    EXPECT_EQ(asks(7), "b");
}

TEST_F(CatchingUp, forgets_a_claim_that_is_taken_back) {
    catch_up.on_claim(kA, 9, 5, now);
    catch_up.on_claim(kA, 5, 5, now);
    EXPECT_EQ(asks(), "nobody");
}

// A peer on a slow line answers the first question after the second one has been sent.
TEST_F(CatchingUp, knows_which_question_an_answer_is_to) {
    EXPECT_EQ(catch_up.close(kA, 6), std::nullopt);
    catch_up.asked(kA, 6);
    catch_up.asked(kA, 6);
    catch_up.asked(kA, 22);
    EXPECT_EQ(catch_up.close(kB, 6), std::nullopt);
    EXPECT_EQ(catch_up.close(kA, 6), 6U);
    EXPECT_EQ(catch_up.close(kA, 22), 22U);
    EXPECT_EQ(catch_up.close(kA, 7), 6U) << "an answer to nothing uses a question up";
    EXPECT_EQ(catch_up.close(kA, 6), std::nullopt);
    for (Height from = 0; from < 1000; ++from)
        catch_up.asked(kA, from);
    for (int i = 0; i < 4; ++i)
        EXPECT_TRUE(catch_up.close(kA, std::nullopt));
    EXPECT_EQ(catch_up.close(kA, std::nullopt), std::nullopt);
}

}  // namespace
}  // namespace fairfeed
