// R3, R12 and R22: after a restart a replica knows exactly what it had persisted.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/consensus/bench.h"

namespace fairfeed::consensus {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

TEST(Restart, resends_the_stored_proposal_and_vote_with_their_signatures) {
    Bench b(4, 'b');
    b.built(0, 'V');
    const Effects before = b.last();
    EXPECT_THAT(b.restart(1), ElementsAre("send proposal r0 V", "send prevote r0 V"));
    EXPECT_EQ(b.last()[0], before[1]);
    EXPECT_EQ(b.last()[1], before[2]);
    EXPECT_THAT(b.built(0, 'W'), IsEmpty());
}

TEST(Restart, keeps_lock_polka_and_precommit) {
    Bench a(4, 'a');
    a.proposal('b', 0, 'V');
    a.judged('V');
    a.prevote("bc", 0, 'V');
    const Snapshot before = a.replica().snapshot();
    EXPECT_THAT(a.restart(1), ElementsAre("send prevote r0 V", "send precommit r0 V",
                                          "send polka r0 V by a b c", "judge V"));
    EXPECT_EQ(a.replica().snapshot(), before);
    a.judged('V');
    EXPECT_THAT(a.precommit("bc", 0, 'V'), ElementsAre("decide r0 V by a b c"));
}

TEST(Restart, prevotes_nil_against_its_lock_and_never_twice) {
    Bench a(4, 'a');
    a.proposal('b', 0, 'V');
    a.judged('V');
    a.prevote("bc", 0, 'V');
    a.restart(1);
    a.judged('W');
    a.prevote("bd", 1, '-');
    EXPECT_THAT(a.proposal('c', 1, 'W'), Contains("send prevote r1 nil"));
    a.restart(1);
    a.judged('V');
    EXPECT_THAT(a.proposal('c', 1, 'V'), IsEmpty());
}

TEST(Restart, asks_for_a_block_again_when_none_was_proposed) {
    Bench b(4, 'b');
    EXPECT_THAT(b.restart(1), ElementsAre("request block r0"));
}

// Otherwise one restart in an idle network would keep everybody voting until there is work (R16).
TEST(Restart, with_a_record_of_nothing_said_leaves_an_idle_network_idle) {
    Bench a(4, 'a');
    a.proposal('b', 0, 'V');
    a.judged('V');
    SafetyRecord nothing;
    nothing.network = decode_safety_record(a.disk())->network;
    nothing.height = 1;
    a.set_disk(encode_safety_record(nothing));
    EXPECT_THAT(a.restart(1), IsEmpty());
    EXPECT_FALSE(a.replica().snapshot().awake);
    EXPECT_THAT(a.wait(60'000), IsEmpty());
}

TEST(Restart, proposes_the_block_of_its_polka_again) {
    Bench c(4, 'c');
    c.proposal('b', 0, 'V');
    c.judged('V');
    c.prevote("ab", 0, 'V');
    c.restart(1);
    c.precommit("abd", 0, '-');
    EXPECT_THAT(c.wait(200), Contains("send proposal r1 V vr 0"));
    EXPECT_THAT(text_of(c.last()), Contains("send polka r0 V by a b c"));
    EXPECT_THAT(c.judged('V'), Contains("send prevote r1 V"));
}

TEST(Restart, runs_its_timers_from_the_stored_round) {
    Bench a(4, 'a');
    a.prevote("b", 2, '-');
    a.precommit("c", 2, 'V');
    EXPECT_THAT(a.wait(1000), Contains("send prevote r2 nil"));
    EXPECT_THAT(a.restart(1), ElementsAre("send prevote r2 nil"));
    EXPECT_EQ(a.replica().snapshot().round, 2U);
    a.prevote("bc", 2, '-');
    EXPECT_THAT(text_of(a.last()), Contains("send precommit r2 nil"));
}

TEST(Restart, forgets_a_record_that_the_ledger_has_overtaken) {
    Bench a(4, 'a');
    a.proposal('b', 0, 'V');
    a.judged('V');
    a.prevote("bc", 0, 'V');
    EXPECT_THAT(a.restart(2), IsEmpty());
    EXPECT_EQ(a.replica().snapshot().locked, std::nullopt);
    EXPECT_EQ(a.replica().snapshot().height, 2U);
}

TEST(Restart, stays_silent_below_the_record_and_resumes_at_it) {
    Bench a(4, 'a', 2);
    a.work();
    a.wait(600);
    a.restart(1);
    a.work();
    EXPECT_THAT(a.wait(600), IsEmpty());
    a.judged('V');
    EXPECT_THAT(a.precommit("bcd", 0, 'V'), ElementsAre("decide r0 V by b c d"));
    EXPECT_THAT(a.start(2), ElementsAre("send prevote r0 nil"));
}

TEST(Restart, keeps_the_lock_when_the_polka_does_not_fit_the_validators) {
    Bench a(4, 'a');
    a.proposal('b', 0, 'V');
    a.judged('V');
    a.prevote("bc", 0, 'V');
    auto record = *decode_safety_record(a.disk());
    record.polka->signers.push_back(0);
    a.set_disk(encode_safety_record(record));
    EXPECT_THAT(a.restart(1), Not(Contains(testing::StartsWith("send polka"))));
    EXPECT_EQ(a.replica().snapshot().locked, (Marked{block_named('V'), 0}));
    EXPECT_EQ(a.replica().snapshot().valid, std::nullopt);
}

TEST(Restart, refuses_a_damaged_record_and_one_of_another_network) {
    const TestSigner signer(NodeId("a"));
    Bench a(4, 'a');
    a.work();
    a.wait(600);
    Bytes damaged = a.disk();
    damaged.pop_back();
    Replica torn({NodeId("a"), Digest{}, Timers{}}, signer);
    EXPECT_EQ(torn.restore(damaged).error(), Reject::truncated);
    Replica elsewhere({NodeId("a"), block_named('N'), Timers{}}, signer);
    EXPECT_EQ(elsewhere.restore(a.disk()).error(), Reject::wrong_network);
    Replica fresh({NodeId("a"), Digest{}, Timers{}}, signer);
    EXPECT_TRUE(fresh.restore({}).has_value());
}

TEST(Restart, writes_no_record_without_a_new_signature) {
    Bench a(4, 'a');
    a.work();
    a.wait(600);
    const Bytes record = a.disk();
    a.judged('V');
    a.polka("bcd", 0, 'V');
    for (const Effect& effect : a.last()) {
        if (std::holds_alternative<PersistSafety>(effect)) {
            EXPECT_TRUE(std::holds_alternative<SendVote>(a.last()[1]));
        }
    }
    a.restart(1);
    EXPECT_THAT(text_of(a.last()), Not(Contains(testing::StartsWith("persist"))));
}

}  // namespace
}  // namespace fairfeed::consensus
