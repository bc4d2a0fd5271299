// R22: how long a validator waits for the other validators' answers. R23: which answers suffice.
#include "edge-node/consensus/inquiry.h"

#include <gtest/gtest.h>

namespace fairfeed::consensus {
namespace {

Instant at(std::int64_t ms) {
    return {.steady_ms = ms, .real_ms = 0, .synchronised = true};
}

Inquiry begun(std::int64_t propose_ms = 600) {
    Timers timers;
    timers.propose_ms = propose_ms;
    Inquiry inquiry;
    inquiry.begin(timers, at(1000));
    return inquiry;
}

// n1, n2, ...: the validators beside the asking one.
std::vector<NodeId> others(int count) {
    std::vector<NodeId> out;
    for (int i = 1; i <= count; ++i)
        out.push_back(NodeId("n" + std::to_string(i)));
    return out;
}

TEST(Boot, waits_for_all_but_the_faulty_others) {
    for (const auto& [count, needed] :
         {std::pair{0, 0}, {1, 1}, {2, 2}, {3, 2}, {4, 3}, {5, 4}, {6, 4}, {9, 6}}) {
        Inquiry inquiry = begun();
        const auto peers = others(count);
        for (int i = 0; i < needed; ++i) {
            EXPECT_FALSE(inquiry.is_over(peers, at(1001))) << count << " others, " << i;
            inquiry.on_answer(peers[static_cast<std::size_t>(i)], 7);
        }
        EXPECT_TRUE(inquiry.is_over(peers, at(1001))) << count << " others";
    }
}

TEST(Boot, never_waits_longer_than_three_seconds) {
    EXPECT_FALSE(begun(600).is_over(others(3), at(1599)));
    EXPECT_TRUE(begun(600).is_over(others(3), at(1600)));
    EXPECT_FALSE(begun(60'000).is_over(others(3), at(3999)));
    EXPECT_TRUE(begun(60'000).is_over(others(3), at(4000)));
}

TEST(Boot, counts_a_peer_once) {
    Inquiry inquiry = begun();
    inquiry.on_answer(NodeId("n1"), 7);
    inquiry.on_answer(NodeId("n1"), 8);
    EXPECT_EQ(inquiry.answers(), 1U);
    EXPECT_FALSE(inquiry.is_over(others(3), at(1001)));
}

TEST(Boot, does_not_count_who_is_no_validator_any_more) {
    Inquiry inquiry = begun();
    inquiry.on_answer(NodeId("n1"), 7);
    inquiry.on_answer(NodeId("revoked"), 7);
    EXPECT_FALSE(inquiry.is_over(others(3), at(1001)));
}

TEST(Behind, is_whom_more_others_are_ahead_of_than_may_be_faulty) {
    Inquiry inquiry = begun();
    EXPECT_FALSE(inquiry.is_behind(others(3), 0));
    inquiry.on_answer(NodeId("n1"), 7);
    EXPECT_FALSE(inquiry.is_behind(others(3), 5)) << "one of four may lie";
    inquiry.on_answer(NodeId("stranger"), 9);
    EXPECT_FALSE(inquiry.is_behind(others(3), 5)) << "who is no validator does not count";
    inquiry.on_answer(NodeId("n2"), 6);
    EXPECT_TRUE(inquiry.is_behind(others(3), 5));
    EXPECT_FALSE(inquiry.is_behind(others(3), 6));
}

TEST(CaughtUp, takes_a_quorum_of_others_whose_tips_are_reached) {
    Inquiry inquiry = begun();
    inquiry.on_answer(NodeId("n1"), 7);
    inquiry.on_answer(NodeId("n2"), 6);
    EXPECT_FALSE(inquiry.has_caught_up(others(3), 9)) << "two of three others: no quorum of four";
    inquiry.on_answer(NodeId("n3"), 9);
    EXPECT_FALSE(inquiry.has_caught_up(others(3), 8));
    EXPECT_TRUE(inquiry.has_caught_up(others(3), 9));
}

// The quorum is of the validators that decide the next height, not of those at the time of the
// question.
TEST(CaughtUp, follows_the_validators_as_they_change) {
    Inquiry inquiry = begun();
    for (const NodeId& peer : others(3))
        inquiry.on_answer(peer, 7);
    EXPECT_TRUE(inquiry.has_caught_up(others(3), 7));
    EXPECT_FALSE(inquiry.has_caught_up(others(4), 7)) << "three of four others: no quorum of five";
    inquiry.on_answer(NodeId("n4"), 7);
    EXPECT_TRUE(inquiry.has_caught_up(others(4), 7));
}

TEST(CaughtUp, is_not_kept_away_by_a_liar_while_the_others_are_a_quorum) {
    Inquiry inquiry = begun();
    for (const NodeId& honest : others(5))
        inquiry.on_answer(honest, 7);
    inquiry.on_answer(NodeId("n6"), UINT64_MAX);
    EXPECT_TRUE(inquiry.has_caught_up(others(6), 7));
}

TEST(CaughtUp, cannot_be_where_the_others_are_no_quorum) {
    EXPECT_FALSE(begun().has_caught_up(others(0), 100));
    Inquiry two = begun();
    two.on_answer(NodeId("n1"), 0);
    EXPECT_FALSE(two.has_caught_up(others(1), 100));
}

// Regression: one claim without proof silenced every fresh node of a new network.
TEST(Fresh, waits_for_the_proof_of_a_claim_no_longer_than_is_needed_to_give_it) {
    for (const int count : {1, 2, 3, 9}) {
        Inquiry inquiry = begun();
        const auto peers = others(count);
        inquiry.on_answer(peers[0], 5);
        EXPECT_TRUE(inquiry.awaits_proof(peers, 0, at(1001)));
        EXPECT_TRUE(inquiry.awaits_proof(peers, 0, at(1600 + 4 * 600 - 1)));
        EXPECT_FALSE(inquiry.awaits_proof(peers, 0, at(1600 + 4 * 600))) << count << " others";
        EXPECT_FALSE(inquiry.awaits_proof(peers, 5, at(1001))) << "it has the blocks";
    }
}

TEST(Fresh, waits_for_the_blocks_of_more_than_can_be_faulty_as_long_as_it_takes) {
    Inquiry inquiry = begun();
    const auto peers = others(3);
    inquiry.on_answer(peers[0], 5);
    inquiry.on_answer(peers[1], 7);
    EXPECT_TRUE(inquiry.awaits_proof(peers, 0, at(1'000'000'000)));
    EXPECT_FALSE(begun().awaits_proof(peers, 0, at(1001))) << "nobody claims anything";
}

}  // namespace
}  // namespace fairfeed::consensus
