// R22, R23, R24 in one validator: when and how long the validator signs nothing, and the effect of
// a restart.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/consensus/bench.h"

namespace fairfeed::consensus {
namespace {

using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

class Silent : public ::testing::Test {
  protected:
    // The validator is before its first height, as after a start.
    Silent() { a.boot(); }
    [[nodiscard]] Vote own(VoteType type, Height height, Round round, char block) const {
        const auto id = block == '-' ? std::nullopt : std::optional(block_named(block));
        return {{type, height, round, id}, Bench::name('a'), Bench::mark('a')};
    }
    // All messages that make an honest validator vote in round 0.
    Lines tempt(char block) {
        Lines said = a.proposal('b', 0, block);
        for (const Lines& more :
             {a.judged(block), a.prevote("bcd", 0, block), a.wait(600), a.wait(600)}) {
            said.insert(said.end(), more.begin(), more.end());
        }
        return said;
    }
    [[nodiscard]] static testing::Matcher<Lines> signs_nothing() {
        return Not(Contains(testing::AnyOf(StartsWith("send prevote"), StartsWith("send precommit"),
                                           StartsWith("send proposal"))));
    }
    Bench a{4, 'a', 0};
};

TEST_F(Silent, with_a_lost_record_signs_nothing_but_follows) {
    EXPECT_THAT(a.feed(RecordMistrusted{SilenceReason::lost}),
                ElementsAre(StartsWith("persist h0")));
    a.start(1);
    EXPECT_THAT(tempt('V'), signs_nothing());
    EXPECT_THAT(a.precommit("bcd", 0, 'V'), ElementsAre("decide r0 V by b c d"));
    EXPECT_FALSE(a.replica().snapshot().may_sign);
}

TEST_F(Silent, signs_again_after_the_last_height_it_can_have_forgotten) {
    a.feed(RecordMistrusted{SilenceReason::lost});
    a.start(5);
    EXPECT_THAT(a.feed(MistrustBounded{6}), ElementsAre(StartsWith("persist")));
    a.start(6);
    EXPECT_FALSE(a.replica().snapshot().may_sign);
    a.start(7);
    EXPECT_TRUE(a.replica().snapshot().may_sign);
    a.work();
    EXPECT_THAT(a.wait(600), Contains(StartsWith("send prevote r0")));
}

TEST_F(Silent, stays_so_over_a_restart) {
    a.feed(RecordMistrusted{SilenceReason::damaged});
    a.restart(1);
    EXPECT_THAT(tempt('V'), signs_nothing());
    a.feed(MistrustBounded{3});
    a.restart(2);
    EXPECT_FALSE(a.replica().snapshot().may_sign);
    a.restart(4);
    EXPECT_TRUE(a.replica().snapshot().may_sign);
}

TEST_F(Silent, when_shown_a_vote_newer_than_its_record) {
    const Lines said = a.feed(OwnVoteShown{own(VoteType::prevote, 1, 2, 'V')});
    EXPECT_THAT(said, ElementsAre("persist h1 r2 prevote locked - valid - said prevote V"));
    a.start(1);
    EXPECT_EQ(a.replica().snapshot().silence->reason, SilenceReason::outdated);
    EXPECT_THAT(tempt('W'), signs_nothing());
}

TEST_F(Silent, is_not_when_shown_what_it_remembers) {
    a.start(1);
    a.proposal('b', 0, 'V');
    a.judged('V');
    a.boot();
    ASSERT_TRUE(a.replica().restore(a.disk()).has_value());
    EXPECT_THAT(a.feed(OwnVoteShown{own(VoteType::prevote, 1, 0, 'V')}), IsEmpty());
    a.start(1);
    EXPECT_TRUE(a.replica().snapshot().may_sign);
    EXPECT_THAT(a.feed(OwnVoteShown{own(VoteType::prevote, 0, 9, 'W')}), IsEmpty());
    EXPECT_TRUE(a.replica().snapshot().may_sign);
}

TEST_F(Silent, is_not_when_a_person_takes_the_risk_and_then_keeps_the_votes_it_is_shown) {
    a.feed(RecordMistrusted{SilenceReason::lost});
    a.boot();
    ASSERT_TRUE(a.replica().restore(a.disk()).has_value());
    a.feed(MistrustForgiven{});
    a.feed(OwnVoteShown{own(VoteType::prevote, 1, 2, 'V')});
    EXPECT_THAT(a.start(1), Contains("send prevote r2 V"));
    EXPECT_TRUE(a.replica().snapshot().may_sign);
    EXPECT_EQ(a.replica().snapshot().round, 2U);
    a.judged('W');
    EXPECT_THAT(a.proposal('d', 2, 'W'), signs_nothing()) << "the slot is taken";
}

TEST_F(Silent, for_good_when_a_certificate_has_a_vote_that_it_did_not_cast) {
    a.start(1);
    a.proposal('b', 0, 'V');
    a.judged('V');
    EXPECT_THAT(a.polka("abc", 0, 'W'), Contains(StartsWith("persist")));
    ASSERT_TRUE(a.replica().halt());
    EXPECT_EQ(a.replica().halt()->reason, HaltReason::same_key_elsewhere);
    EXPECT_EQ(a.replica().halt()->ours, block_named('V'));
    EXPECT_EQ(a.replica().halt()->theirs, block_named('W'));
    EXPECT_THAT(a.wait(60'000), signs_nothing());
    a.restart(2);
    EXPECT_FALSE(a.replica().snapshot().may_sign) << "also after a restart";
}

TEST_F(Silent, takes_its_own_votes_in_certificates_for_its_own) {
    a.start(1);
    a.proposal('b', 0, 'V');
    a.judged('V');
    a.polka("abc", 0, 'V');
    EXPECT_FALSE(a.replica().halt());
    a.prevote("bcd", 1, '-');  // enters round 1; then the old certificate comes again
    a.polka("abc", 0, 'V');
    EXPECT_FALSE(a.replica().halt());
}

TEST_F(Silent, for_good_once_the_chain_has_diverged) {
    a.start(1);
    a.feed(Halted{{HaltReason::diverged, 1, block_named('O'), block_named('T')}});
    EXPECT_THAT(tempt('V'), signs_nothing());
    a.restart(2);
    ASSERT_TRUE(a.replica().halt());
    EXPECT_EQ(a.replica().halt()->theirs, block_named('T'));
    a.restart(3);
    EXPECT_FALSE(a.replica().snapshot().may_sign);
}

TEST_F(Silent, says_when_a_quorum_precommits_what_it_finds_invalid) {
    a.start(1);
    a.proposal('b', 0, 'V');
    EXPECT_THAT(a.judged('V', false), Contains("send prevote r0 nil"));
    EXPECT_THAT(a.precommit("bcd", 0, 'V'), Contains("contradicted r0 V by b c d"));
    EXPECT_THAT(a.precommit("bcd", 0, 'V'), IsEmpty()) << "said once";
    EXPECT_FALSE(a.replica().snapshot().decided);
}

TEST(Attested, are_the_newest_statements_a_peer_holds) {
    Bench b(4, 'b');
    b.prevote("a", 0, 'V');
    b.precommit("a", 0, '-');
    b.prevote("a", 3, 'W');
    const Statements seen = b.replica().statements_of(Bench::name('a'));
    EXPECT_EQ(seen.height, 1U);
    EXPECT_EQ(seen.round, 3U);
    ASSERT_TRUE(seen.prevote);
    EXPECT_EQ(seen.prevote->content.block, block_named('W'));
    EXPECT_FALSE(seen.precommit);
    EXPECT_EQ(b.replica().statements_of(Bench::name('c')), Statements{});
}

TEST(Attested, are_also_those_of_the_next_heights) {
    Bench b(4, 'b');
    const Vote ahead{{VoteType::prevote, 2, 1, std::nullopt}, Bench::name('a'), Bench::mark('a')};
    b.feed(VoteSeen{ahead});
    EXPECT_EQ(b.replica().statements_of(Bench::name('a')).prevote, ahead);
}

}  // namespace
}  // namespace fairfeed::consensus
