// R1-R5, R7-R9 and A2, one replica at a time. Four validators a-d (q = 3, f = 1) at height 1: b
// proposes in round 0, c in round 1, d in round 2, a in round 3.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/consensus/bench.h"

namespace fairfeed::consensus {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

// Replica a locks on V in round 0; then the round fails.
void lock_on_v_in_round_0(Bench& a) {
    a.proposal('b', 0, 'V');
    a.judged('V');
    a.prevote("bc", 0, 'V');
}

TEST(Decide, needs_a_quorum_of_precommits_of_one_round) {
    Bench a(4, 'a');
    a.judged('V');
    EXPECT_THAT(a.precommit("b", 0, 'V'), IsEmpty());
    EXPECT_THAT(a.precommit("cd", 1, 'V'), Not(Contains(testing::StartsWith("decide"))));
    EXPECT_THAT(a.precommit("cd", 0, 'V'), ElementsAre("decide r0 V by b c d"));
}

TEST(Decide, takes_a_round_long_past) {
    Bench a(4, 'a');
    a.judged('V');
    a.prevote("bc", 5, '-');
    EXPECT_EQ(a.replica().snapshot().round, 5U);
    EXPECT_THAT(a.precommit("bcd", 2, 'V'), Contains("decide r2 V by b c d"));
}

TEST(Decide, waits_for_the_verdict_and_asks_once) {
    Bench a(4, 'a');
    EXPECT_THAT(a.precommit("bcd", 0, 'V'), ElementsAre("judge V"));
    EXPECT_THAT(a.precommit("bcd", 0, 'V'), IsEmpty());
    EXPECT_THAT(a.judged('V'), ElementsAre("decide r0 V by b c d"));
}

TEST(Decide, asks_again_when_the_outline_comes_after_the_votes) {
    Bench a(4, 'a');
    EXPECT_THAT(a.precommit("bcd", 0, 'V'), ElementsAre("judge V"));
    EXPECT_THAT(a.proposal('b', 0, 'V'), ElementsAre("judge V"));
    EXPECT_THAT(a.proposal('b', 0, 'V'), ElementsAre("judge V"));
    EXPECT_THAT(a.certificate(VoteType::precommit, "bcd", 0, 'V'), ElementsAre("judge V"));
    EXPECT_THAT(a.precommit("bcd", 1, 'V'), Not(Contains("judge V")));
    EXPECT_THAT(a.judged('V'), ElementsAre("decide r0 V by b c d"));
}

TEST(Decide, is_said_once_and_ends_the_height) {
    Bench a(4, 'a');
    a.judged('V');
    a.precommit("bcd", 0, 'V');
    EXPECT_TRUE(a.replica().snapshot().decided);
    EXPECT_THAT(a.certificate(VoteType::precommit, "bcd", 0, 'V'), IsEmpty());
    EXPECT_THAT(a.wait(1'000'000), IsEmpty());
    EXPECT_EQ(a.replica().next_deadline_ms(), std::nullopt);
}

TEST(Decide, never_takes_a_block_that_was_judged_wrong) {
    Bench a(4, 'a');
    a.judged('V', false);
    EXPECT_THAT(a.precommit("bcd", 0, 'V'), Not(Contains(testing::StartsWith("decide"))));
}

TEST(Decide, needs_two_of_two_three_and_four_of_six) {
    EXPECT_EQ(quorum(2), 2U);
    Bench three(3, 'a');
    three.judged('V');
    EXPECT_THAT(three.precommit("b", 0, 'V'), IsEmpty());
    EXPECT_THAT(three.precommit("c", 0, 'V'), ElementsAre("decide r0 V by b c"));
    Bench six(6, 'a');
    six.judged('V');
    six.precommit("bcd", 0, 'V');
    EXPECT_FALSE(six.replica().snapshot().decided);
    EXPECT_THAT(six.precommit("e", 0, 'V'), ElementsAre("decide r0 V by b c d e"));
}

TEST(Decide, a_single_validator_decides_alone_in_one_step) {
    Bench a(1, 'a');
    EXPECT_THAT(a.built(0, 'V'),
                ElementsAre("persist h1 r0 precommit locked V@0 valid V@0 said proposal V "
                            "prevote V precommit V",
                            "send proposal r0 V", "send prevote r0 V", "send precommit r0 V",
                            "send polka r0 V by a", "decide r0 V by a"));
}

TEST(SkipRound, follows_more_validators_than_can_be_faulty) {
    Bench a(4, 'a');
    a.prevote("b", 7, '-');
    EXPECT_EQ(a.replica().snapshot().round, 0U);
    a.precommit("c", 3, '-');
    EXPECT_EQ(a.replica().snapshot().round, 3U);
}

TEST(SkipRound, counts_a_proposal_as_presence) {
    Bench a(4, 'a');
    a.prevote("b", 2, '-');
    a.proposal('c', 1, 'W');
    EXPECT_EQ(a.replica().snapshot().round, 1U);
}

TEST(SkipRound, is_not_led_by_one_faulty_validator_alone) {
    Bench a(4, 'a');
    a.prevote("b", 4'000'000'000, '-');
    a.precommit("b", 4'000'000'000, '-');
    EXPECT_EQ(a.replica().snapshot().round, 0U);
}

TEST(Propose, asks_for_a_block_once_and_proposes_it) {
    Bench b(4, 'b', 0);
    EXPECT_THAT(b.start(1), ElementsAre("request block r0"));
    EXPECT_THAT(b.work(), IsEmpty());
    EXPECT_THAT(b.built(0, 'V'),
                ElementsAre("persist h1 r0 prevote locked - valid - said proposal V prevote V",
                            "send proposal r0 V", "send prevote r0 V"));
    EXPECT_THAT(b.built(0, 'W'), IsEmpty());
}

TEST(Propose, ignores_a_block_built_for_a_round_that_has_passed) {
    Bench b(4, 'b');
    b.prevote("cd", 1, '-');
    EXPECT_THAT(b.built(0, 'V'), IsEmpty());
}

TEST(Propose, ignores_a_block_built_after_its_own_timeout) {
    Bench b(4, 'b');
    b.work();
    EXPECT_THAT(b.wait(600), Contains("send prevote r0 nil"));
    EXPECT_THAT(b.built(0, 'V'), IsEmpty());
}

TEST(Propose, takes_up_the_block_that_has_a_polka_and_shows_it) {
    Bench c(4, 'c');
    c.judged('V');
    c.polka("abd", 0, 'V');
    const Lines lines = c.prevote("ad", 1, '-');
    EXPECT_THAT(lines, Contains("send proposal r1 V vr 0"));
    EXPECT_THAT(lines, Contains("send polka r0 V by a b d"));
    EXPECT_THAT(lines, Not(Contains("request block r1")));
}

TEST(Propose, takes_up_a_polka_that_arrives_while_the_block_is_being_built) {
    Bench c(4, 'c');
    c.judged('V');
    EXPECT_THAT(c.prevote("ad", 1, '-'), Contains("request block r1"));
    EXPECT_THAT(c.polka("abd", 0, 'V'), Contains("send proposal r1 V vr 0"));
    EXPECT_THAT(c.built(1, 'W'), Not(Contains("send proposal r1 W")));
}

TEST(PrevoteFresh, votes_for_a_valid_block_as_soon_as_it_is_judged) {
    Bench a(4, 'a');
    EXPECT_THAT(a.proposal('b', 0, 'V'), ElementsAre("judge V"));
    EXPECT_THAT(a.judged('V'), ElementsAre("persist h1 r0 prevote locked - valid - said prevote V",
                                           "send prevote r0 V"));
}

TEST(PrevoteFresh, votes_nil_for_a_wrong_block) {
    Bench a(4, 'a');
    a.proposal('b', 0, 'V');
    EXPECT_THAT(a.judged('V', false), Contains("send prevote r0 nil"));
}

TEST(PrevoteFresh, votes_nil_when_locked_on_another_block) {
    Bench a(4, 'a');
    lock_on_v_in_round_0(a);
    a.judged('W');
    a.prevote("bc", 1, '-');
    EXPECT_THAT(a.proposal('c', 1, 'W'), Contains("send prevote r1 nil"));
}

TEST(PrevoteFresh, votes_for_the_block_it_is_locked_on) {
    Bench a(4, 'a');
    lock_on_v_in_round_0(a);
    a.prevote("bd", 1, '-');
    EXPECT_THAT(a.proposal('c', 1, 'V'), Contains("send prevote r1 V"));
}

TEST(PrevoteFresh, ignores_a_proposal_out_of_turn) {
    Bench a(4, 'a');
    EXPECT_THAT(a.proposal('c', 0, 'V'), IsEmpty());
    EXPECT_FALSE(a.replica().snapshot().awake);
}

TEST(PrevoteAgain, waits_for_the_polka_until_it_has_it) {
    Bench a(4, 'a');
    a.judged('V');
    a.prevote("bd", 1, '-');
    EXPECT_THAT(a.proposal('c', 1, 'V', 0), IsEmpty());
    EXPECT_THAT(a.polka("bcd", 0, 'V'), Contains("send prevote r1 V"));
}

TEST(PrevoteAgain, gives_up_waiting_for_the_polka_at_the_timeout) {
    Bench a(4, 'a');
    a.judged('V');
    a.prevote("bd", 1, '-');
    a.proposal('c', 1, 'V', 0);
    EXPECT_THAT(a.wait(800), Contains("send prevote r1 nil"));
}

TEST(PrevoteAgain, leaves_a_lock_for_a_newer_polka) {
    Bench a(4, 'a');
    lock_on_v_in_round_0(a);
    a.judged('W');
    a.prevote("bcd", 2, '-');
    a.polka("bcd", 1, 'W');
    a.prevote("bc", 3, '-');  // a is the proposer and proposes W again
    EXPECT_THAT(text_of(a.last()), Contains("send proposal r3 W vr 1"));
    EXPECT_THAT(text_of(a.last()), Contains("send prevote r3 W"));
}

TEST(PrevoteAgain, keeps_a_lock_against_an_older_polka) {
    Bench a(4, 'a');
    a.judged('V');
    a.judged('W');
    a.prevote("bd", 1, '-');
    a.proposal('c', 1, 'V');
    a.prevote("bc", 1, 'V');
    EXPECT_EQ(a.replica().snapshot().locked, (Marked{block_named('V'), 1}));
    a.polka("bcd", 0, 'W');
    a.prevote("bc", 2, '-');
    EXPECT_THAT(a.proposal('d', 2, 'W', 0), Contains("send prevote r2 nil"));
}

TEST(PrevoteAgain, has_no_time_bound) {
    Bench a(4, 'a');
    a.judged('V', true, Bench::kRealMs + 1'000'000'000);
    a.polka("bcd", 0, 'V');
    a.prevote("bd", 1, '-');
    EXPECT_THAT(a.proposal('c', 1, 'V', 0), Contains("send prevote r1 V"));
}

TEST(PrevoteAgain, refuses_a_proposal_whose_polka_is_not_in_the_past) {
    Bench a(4, 'a');
    a.judged('V');
    EXPECT_THAT(a.proposal('b', 0, 'V', 0), IsEmpty());
}

TEST(Lock, persists_lock_polka_and_precommit_before_saying_it) {
    Bench a(4, 'a');
    a.proposal('b', 0, 'V');
    a.judged('V');
    a.prevote("b", 0, 'V');
    EXPECT_THAT(
        a.prevote("c", 0, 'V'),
        ElementsAre("persist h1 r0 precommit locked V@0 valid V@0 said prevote V precommit V",
                    "send precommit r0 V", "send polka r0 V by a b c"));
}

TEST(Lock, waits_for_the_verdict) {
    Bench a(4, 'a');
    EXPECT_THAT(a.prevote("bcd", 0, 'V'), ElementsAre("judge V"));
    EXPECT_THAT(a.wait(600), Contains("send prevote r0 nil"));
    EXPECT_EQ(a.replica().snapshot().locked, std::nullopt);
    EXPECT_THAT(a.judged('V'), Contains("send precommit r0 V"));
}

TEST(Lock, only_marks_the_block_valid_after_the_precommit) {
    Bench a(4, 'a');
    a.proposal('b', 0, 'V');
    a.judged('V');
    a.prevote("bd", 0, '-');
    EXPECT_THAT(a.wait(200), Contains("send precommit r0 nil"));
    EXPECT_THAT(a.polka("abc", 0, 'V'), Contains("send polka r0 V by a b c"));
    EXPECT_EQ(a.replica().snapshot().locked, std::nullopt);
    EXPECT_EQ(a.replica().snapshot().valid, (Marked{block_named('V'), 0}));
}

TEST(LatePolka, marks_valid_and_never_locks) {
    Bench a(4, 'a');
    a.judged('V');
    a.prevote("bd", 2, '-');
    a.polka("bcd", 1, 'V');
    EXPECT_EQ(a.replica().snapshot().valid, (Marked{block_named('V'), 1}));
    EXPECT_EQ(a.replica().snapshot().locked, std::nullopt);
}

TEST(LatePolka, is_refused_when_older_than_what_is_known) {
    Bench a(4, 'a');
    a.judged('V');
    a.judged('W');
    a.prevote("bd", 3, '-');
    a.polka("bcd", 2, 'V');
    a.polka("bcd", 1, 'W');
    EXPECT_EQ(a.replica().snapshot().valid, (Marked{block_named('V'), 2}));
}

TEST(PrecommitNil, keeps_the_lock) {
    Bench a(4, 'a');
    lock_on_v_in_round_0(a);
    a.prevote("bc", 1, '-');
    a.wait(800);
    EXPECT_THAT(text_of(a.last()), Contains("send precommit r1 nil"));
    EXPECT_EQ(a.replica().snapshot().locked, (Marked{block_named('V'), 0}));
}

TEST(Bounds, reports_two_votes_in_one_slot_once) {
    Bench a(4, 'a');
    a.prevote("b", 0, 'V');
    EXPECT_THAT(a.prevote("b", 0, 'W'), ElementsAre("report b: prevote r0 V and W"));
    EXPECT_THAT(a.prevote("b", 0, 'X'), IsEmpty());
    EXPECT_THAT(a.prevote("b", 0, 'W'), IsEmpty());
    EXPECT_THAT(a.precommit("b", 0, 'V'), IsEmpty());
}

TEST(Bounds, reports_two_proposals_of_one_round_once_and_keeps_four) {
    Bench a(4, 'a');
    a.proposal('b', 0, 'V');
    EXPECT_THAT(a.proposal('b', 0, 'W'), Contains("report b: proposal r0 V and proposal r0 W"));
    a.proposal('b', 0, 'X');
    a.proposal('b', 0, 'Y');
    EXPECT_THAT(a.proposal('b', 0, 'Z'), IsEmpty());
    EXPECT_THAT(a.judged('Z'), IsEmpty());
    EXPECT_THAT(a.judged('Y'), Contains("send prevote r0 Y"));
}

TEST(Bounds, drops_strangers_other_heights_and_its_own_echo) {
    Bench a(4, 'a');
    EXPECT_THAT(a.prevote("x", 0, 'V'), IsEmpty());
    EXPECT_THAT(a.prevote("a", 0, 'V'), IsEmpty());
    const Vote old{VoteContent{VoteType::prevote, 0, 0, std::nullopt}, Bench::name('b'), {}};
    EXPECT_THAT(a.feed(VoteSeen{old}), IsEmpty());
    const Vote far{VoteContent{VoteType::prevote, 4, 0, std::nullopt}, Bench::name('b'), {}};
    EXPECT_THAT(a.feed(VoteSeen{far}), IsEmpty());
    EXPECT_FALSE(a.replica().snapshot().awake);
}

TEST(Bounds, keeps_messages_of_the_next_heights_for_their_time) {
    Bench a(4, 'a');
    const VoteContent next{VoteType::precommit, 2, 0, block_named('W')};
    for (const char who : {'b', 'c', 'd'}) {
        a.feed(VoteSeen{Vote{next, Bench::name(who), Bench::mark(who)}});
    }
    EXPECT_THAT(a.start(2), ElementsAre("judge W"));
    EXPECT_THAT(a.judged('W'), ElementsAre("decide r0 W by b c d"));
}

TEST(Follower, decides_with_the_others_and_never_signs) {
    Bench x(4, 'x');
    x.work();
    x.proposal('b', 0, 'V');
    EXPECT_THAT(x.judged('V'), IsEmpty());
    EXPECT_THAT(x.prevote("abc", 0, 'V'), ElementsAre("send polka r0 V by a b c"));
    EXPECT_THAT(x.precommit("abc", 0, 'V'), ElementsAre("decide r0 V by a b c"));
}

}  // namespace
}  // namespace fairfeed::consensus
