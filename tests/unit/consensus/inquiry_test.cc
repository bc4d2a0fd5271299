// R22: how long a validator waits for what the others have seen, and R23: when their answers say
// enough.
#include "edge-node/consensus/inquiry.h"

#include <gtest/gtest.h>

namespace fairfeed::consensus {
namespace {

Instant at(std::int64_t ms) {
    return {.steady_ms = ms, .real_ms = 0, .synchronised = true};
}

Inquiry begun(std::size_t others, std::int64_t propose_ms = 600) {
    Timers timers;
    timers.propose_ms = propose_ms;
    Inquiry inquiry;
    inquiry.begin(others, timers, at(1000));
    return inquiry;
}

TEST(Boot, waits_for_all_but_the_faulty_others) {
    for (const auto& [others, needed] :
         {std::pair{0, 0}, {1, 1}, {2, 2}, {3, 2}, {4, 3}, {5, 4}, {6, 4}, {9, 6}}) {
        Inquiry inquiry = begun(static_cast<std::size_t>(others));
        for (int i = 0; i < needed; ++i) {
            EXPECT_FALSE(inquiry.is_over(at(1001))) << others << " others, " << i << " answers";
            inquiry.on_answer(NodeId("n" + std::to_string(i)), 7);
        }
        EXPECT_TRUE(inquiry.is_over(at(1001))) << others << " others";
    }
}

TEST(Boot, never_waits_longer_than_three_seconds) {
    EXPECT_FALSE(begun(3, 600).is_over(at(1599)));
    EXPECT_TRUE(begun(3, 600).is_over(at(1600)));
    EXPECT_FALSE(begun(3, 60'000).is_over(at(3999)));
    EXPECT_TRUE(begun(3, 60'000).is_over(at(4000)));
}

TEST(Boot, counts_a_peer_once) {
    Inquiry inquiry = begun(3);
    inquiry.on_answer(NodeId("b"), 7);
    inquiry.on_answer(NodeId("b"), 8);
    EXPECT_EQ(inquiry.answers(), 1U);
    EXPECT_FALSE(inquiry.is_over(at(1001)));
}

TEST(CaughtUp, takes_a_quorum_of_others_whose_tips_are_reached) {
    Inquiry inquiry = begun(3);
    inquiry.on_answer(NodeId("b"), 7);
    inquiry.on_answer(NodeId("c"), 6);
    EXPECT_FALSE(inquiry.has_caught_up(9)) << "two of three others are no quorum of four";
    inquiry.on_answer(NodeId("d"), 9);
    EXPECT_FALSE(inquiry.has_caught_up(8));
    EXPECT_TRUE(inquiry.has_caught_up(9));
}

TEST(CaughtUp, is_not_kept_away_by_a_liar_while_the_others_are_a_quorum) {
    Inquiry inquiry = begun(6);
    for (const char* const honest : {"b", "c", "d", "e", "f"})
        inquiry.on_answer(NodeId(honest), 7);
    inquiry.on_answer(NodeId("liar"), UINT64_MAX);
    EXPECT_TRUE(inquiry.has_caught_up(7));
}

TEST(CaughtUp, cannot_be_where_the_others_are_no_quorum) {
    Inquiry alone = begun(0);
    EXPECT_FALSE(alone.has_caught_up(100));
    Inquiry two = begun(1);
    two.on_answer(NodeId("b"), 0);
    EXPECT_FALSE(two.has_caught_up(100));
}

}  // namespace
}  // namespace fairfeed::consensus
