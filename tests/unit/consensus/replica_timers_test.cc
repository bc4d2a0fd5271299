// R6, R10, R11, R13, R16 and R18: the replica's behaviour without any message.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/consensus/bench.h"

namespace fairfeed::consensus {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(Idle, sleeps_without_work_and_proposes_nothing) {
    Bench b(4, 'b');
    EXPECT_EQ(b.replica().next_deadline_ms(), std::nullopt);
    EXPECT_THAT(b.wait(100'000'000), IsEmpty());
    EXPECT_EQ(b.replica().snapshot().step, Step::propose);
}

TEST(Idle, wakes_for_work) {
    Bench a(4, 'a');
    a.work();
    EXPECT_EQ(a.replica().next_deadline_ms(), 600);
    EXPECT_THAT(a.wait(600), Contains("send prevote r0 nil"));
}

TEST(Idle, wakes_for_any_message_of_the_height_from_another_validator) {
    Bench a(4, 'a');
    a.wait(50);
    a.prevote("c", 0, '-');
    EXPECT_EQ(a.replica().next_deadline_ms(), 650);
    Bench b(4, 'a');
    b.certificate(VoteType::prevote, "bcd", 0, 'V');
    EXPECT_TRUE(b.replica().snapshot().awake);
}

TEST(Idle, wakes_for_a_message_that_came_before_the_height) {
    Bench a(4, 'a');
    const VoteContent next{VoteType::prevote, 2, 0, std::nullopt};
    a.feed(VoteSeen{Vote{next, Bench::name('b'), Bench::mark('b')}});
    EXPECT_FALSE(a.replica().snapshot().awake);
    a.start(2);
    EXPECT_TRUE(a.replica().snapshot().awake);
}

TEST(Idle, sleeps_again_at_the_next_height) {
    Bench a(4, 'a');
    a.work();
    a.start(2);
    EXPECT_EQ(a.replica().next_deadline_ms(), std::nullopt);
}

TEST(Idle, goes_on_through_rounds_whose_proposer_has_no_work) {
    Bench a(1, 'a');
    a.work();
    a.wait(600);  // votes nil twice
    EXPECT_EQ(a.replica().next_deadline_ms(), 800);
    EXPECT_THAT(a.wait(200), ElementsAre("request block r1"));
    EXPECT_EQ(a.replica().next_deadline_ms(), 800 + 800);
    EXPECT_THAT(a.built(1, 'V'), Contains("decide r1 V by a"));
}

TEST(ProposeTimeout, grows_with_the_round_up_to_its_cap) {
    Bench a(4, 'a');
    a.prevote("bc", 1, '-');
    EXPECT_EQ(a.replica().next_deadline_ms(), 800);
    a.prevote("bc", 101, '-');
    EXPECT_EQ(a.replica().next_deadline_ms(), 600 + 101 * 200);
    a.prevote("bc", 4'000'000'001, '-');
    EXPECT_EQ(a.replica().next_deadline_ms(), 30'000);
}

TEST(PrevoteTimeout, starts_once_at_a_mixed_quorum) {
    Bench a(4, 'a');
    a.proposal('b', 0, 'V');
    a.judged('V');
    a.prevote("b", 0, 'W');
    a.wait(100);
    a.prevote("c", 0, '-');
    EXPECT_EQ(a.replica().next_deadline_ms(), 100 + 200);
    a.wait(100);
    a.prevote("d", 0, 'X');
    EXPECT_EQ(a.replica().next_deadline_ms(), 100 + 200);
    EXPECT_THAT(a.wait(100), Contains("send precommit r0 nil"));
}

TEST(PrevoteTimeout, counts_a_validator_that_has_moved_on) {
    Bench a(4, 'a');
    a.work();
    a.wait(600);
    a.precommit("b", 0, '-');  // b's prevote is lost
    a.prevote("c", 1, '-');    // c's votes of round 0 are lost
    EXPECT_EQ(a.replica().next_deadline_ms(), 600 + 200);
    EXPECT_THAT(a.wait(200), Contains("send precommit r0 nil"));
    EXPECT_EQ(a.replica().next_deadline_ms(), 800 + 200);
    a.wait(200);
    EXPECT_EQ(a.replica().snapshot().round, 1U);
}

TEST(PrecommitTimeout, starts_the_next_round_whatever_the_step) {
    Bench a(4, 'a');
    a.precommit("bcd", 0, '-');
    EXPECT_EQ(a.replica().next_deadline_ms(), 200);
    a.wait(200);
    EXPECT_EQ(a.replica().snapshot().round, 1U);
    EXPECT_EQ(a.replica().snapshot().step, Step::propose);
}

TEST(PrecommitTimeout, prefers_a_decision_that_arrives_with_it) {
    Bench a(4, 'a');
    a.judged('V');
    a.precommit("bc", 0, 'V');
    a.precommit("d", 0, '-');
    a.now().steady_ms += 10'000;
    a.certificate(VoteType::precommit, "bcd", 0, 'V');
    EXPECT_THAT(text_of(a.last()), Contains("decide r0 V by b c d"));
}

TEST(Timers, never_let_a_round_pass_in_no_time) {
    Bench a(1, 'a', 0);
    a.timers() = Timers{.propose_ms = 0,
                        .propose_step_ms = 0,
                        .propose_cap_ms = 0,
                        .vote_ms = 0,
                        .vote_step_ms = 0,
                        .vote_cap_ms = 0};
    a.boot();
    a.start(1);
    a.work();
    EXPECT_EQ(a.replica().next_deadline_ms(), 1);
}

class Regossip : public testing::Test {
  protected:
    Regossip() : a_(4, 'a', 0) {
        a_.timers().rebroadcast_ms = 1000;
        a_.timers().rebroadcast_cap_ms = 10'000;
        a_.boot();
        a_.start(1);
    }
    std::int64_t wait_for_deadline() {
        const std::int64_t pause = *a_.replica().next_deadline_ms() - a_.now().steady_ms;
        lines_ = a_.wait(pause);
        return pause;
    }
    Bench a_;
    Lines lines_;
};

TEST_F(Regossip, repeats_own_votes_and_the_polka_with_back_off_and_no_new_record) {
    a_.proposal('b', 0, 'V');
    a_.judged('V');
    a_.prevote("bc", 0, 'V');
    std::int64_t wanted = 1000;
    for (int i = 0; i < 6; ++i) {
        const std::int64_t pause = wait_for_deadline();
        EXPECT_LE(pause, wanted);
        EXPECT_GE(pause, wanted - wanted / 4);
        EXPECT_THAT(lines_, ElementsAre("send prevote r0 V", "send precommit r0 V",
                                        "send polka r0 V by a b c"));
        wanted = std::min<std::int64_t>(10'000, wanted * 2);
    }
}

TEST_F(Regossip, starts_anew_with_every_signature) {
    a_.proposal('b', 0, 'V');
    a_.judged('V');
    wait_for_deadline();
    wait_for_deadline();
    a_.prevote("bc", 0, 'V');
    EXPECT_LE(wait_for_deadline(), 1000);
}

TEST_F(Regossip, repeats_the_proposal) {
    Bench b(4, 'b', 0);
    b.timers().rebroadcast_ms = 100;
    b.boot();
    b.start(1);
    b.built(0, 'V');
    EXPECT_THAT(b.wait(100), ElementsAre("send proposal r0 V", "send prevote r0 V"));
}

TEST_F(Regossip, spreads_the_moments_of_different_nodes) {
    std::set<std::int64_t> moments;
    for (const char who : {'a', 'b', 'c', 'd'}) {
        Bench node(4, who, 0);
        node.timers().rebroadcast_ms = 1000;
        node.timers().rebroadcast_cap_ms = 10'000;
        node.timers().vote_ms = 100'000;
        node.timers().vote_cap_ms = 100'000;
        node.boot();
        node.start(1);
        node.work();
        node.wait(600);
        moments.insert(*node.replica().next_deadline_ms());
    }
    EXPECT_EQ(moments.size(), 4U);
}

TEST_F(Regossip, ends_with_the_decision) {
    a_.proposal('b', 0, 'V');
    a_.judged('V');
    a_.certificate(VoteType::precommit, "bcd", 0, 'V');
    EXPECT_EQ(a_.replica().next_deadline_ms(), std::nullopt);
}

}  // namespace
}  // namespace fairfeed::consensus
