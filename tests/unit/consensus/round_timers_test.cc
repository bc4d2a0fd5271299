// R13, R16 and R18: the deadlines of a round, and the times at which statements are sent again.
#include <gtest/gtest.h>

#include <set>

#include "edge-node/consensus/rebroadcast.h"
#include "edge-node/consensus/round_timers.h"

namespace fairfeed::consensus {
namespace {

Instant at(std::int64_t steady_ms) {
    return Instant{.steady_ms = steady_ms};
}

class Deadlines : public testing::Test {
  protected:
    RoundTimers timers_{Timers{.propose_ms = 600,
                               .propose_step_ms = 200,
                               .propose_cap_ms = 1000,
                               .vote_ms = 200,
                               .vote_step_ms = 100,
                               .vote_cap_ms = 15'000}};
};

TEST_F(Deadlines, of_an_idle_height_begin_only_when_it_wakes) {
    timers_.arm(Timeout::propose, at(0));
    EXPECT_FALSE(timers_.next_deadline_ms());
    timers_.wake();
    timers_.arm(Timeout::propose, at(50));
    EXPECT_EQ(timers_.next_deadline_ms(), 650);
}

TEST_F(Deadlines, run_in_later_rounds_without_work_and_grow_to_their_cap) {
    timers_.start_round(1);
    timers_.arm(Timeout::propose, at(0));
    EXPECT_EQ(timers_.next_deadline_ms(), 800);
    timers_.start_round(4'000'000'000);
    timers_.arm(Timeout::propose, at(0));
    EXPECT_EQ(timers_.next_deadline_ms(), 1000);
}

TEST_F(Deadlines, are_not_put_off_by_a_second_arming) {
    timers_.arm(Timeout::prevote, at(0));
    timers_.arm(Timeout::prevote, at(150));
    EXPECT_EQ(timers_.next_deadline_ms(), 200);
    EXPECT_FALSE(timers_.due(at(199)));
    EXPECT_EQ(timers_.due(at(200)), Timeout::prevote);
}

TEST_F(Deadlines, that_are_due_together_fire_from_the_latest_step) {
    timers_.wake();
    timers_.arm(Timeout::propose, at(0));
    timers_.arm(Timeout::prevote, at(0));
    timers_.arm(Timeout::precommit, at(0));
    EXPECT_EQ(timers_.due(at(10'000)), Timeout::precommit);
    timers_.disarm(Timeout::precommit);
    EXPECT_EQ(timers_.due(at(10'000)), Timeout::prevote);
    timers_.disarm(Timeout::prevote);
    EXPECT_EQ(timers_.due(at(10'000)), Timeout::propose);
}

TEST_F(Deadlines, end_with_their_round) {
    timers_.arm(Timeout::precommit, at(0));
    timers_.start_round(1);
    EXPECT_FALSE(timers_.due(at(10'000)));
}

TEST(SendingAgain, doubles_its_pause_to_the_cap_and_starts_anew_with_a_signature) {
    Rebroadcast again(NodeId("a"), Timers{.rebroadcast_ms = 1000, .rebroadcast_cap_ms = 4000});
    EXPECT_FALSE(again.is_due(at(1'000'000))) << "nothing was said";
    again.begin(at(0));
    for (const std::int64_t wanted : {1000, 2000, 4000, 4000, 4000}) {
        const std::int64_t pause = *again.deadline_ms();
        EXPECT_LE(pause, wanted);
        EXPECT_GE(pause, wanted - wanted / 4);
        again.sent(at(0));
    }
    again.begin(at(0));
    EXPECT_LE(*again.deadline_ms(), 1000);
    again.stop();
    EXPECT_FALSE(again.is_due(at(1'000'000)));
}

TEST(SendingAgain, never_comes_without_a_pause) {
    Rebroadcast again(NodeId("a"), Timers{.rebroadcast_ms = 0, .rebroadcast_cap_ms = 0});
    again.begin(at(5));
    EXPECT_FALSE(again.is_due(at(5)));
}

}  // namespace
}  // namespace fairfeed::consensus
