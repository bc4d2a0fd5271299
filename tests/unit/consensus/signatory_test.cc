// R12 and R22 to R24: what a signing validator keeps in its safety record, and how it reacts to
// statements in its own name.
#include <gtest/gtest.h>

#include "edge-node/consensus/kept_record.h"
#include "edge-node/consensus/signatory.h"
#include "tests/unit/consensus/bench.h"

namespace fairfeed::consensus {
namespace {

class Signing : public testing::Test {
  protected:
    static VoteContent prevote(Height height, Round round, char block) {
        return {VoteType::prevote, height, round, block_named(block)};
    }
    static Vote own(const VoteContent& content) {
        return {content, Bench::name('a'), Bench::mark('a')};
    }
    static QuorumCertificate polka(const VoteContent& content, const std::string& from) {
        QuorumCertificate out{content, {}};
        for (const char who : from)
            out.witnesses.push_back({Bench::name(who), Bench::mark(who)});
        return out;
    }
    Signatory after_restart() {
        if (auto saved = a_.take_unsaved()) disk_ = std::move(*saved);
        Signatory next(NodeId("a"), Digest{}, signer_);
        EXPECT_TRUE(next.restore(disk_).has_value());
        return next;
    }
    TestSigner signer_{NodeId("a")};
    Signatory a_{NodeId("a"), Digest{}, signer_};
    Bytes disk_;
};

TEST_F(Signing, saves_nothing_until_something_changes) {
    EXPECT_FALSE(a_.start_height(1));
    EXPECT_FALSE(a_.take_unsaved());
    a_.mistrust(SilenceReason::lost);
    EXPECT_TRUE(a_.take_unsaved());
    EXPECT_FALSE(a_.take_unsaved()) << "saved once";
    a_.mistrust(SilenceReason::lost);
    EXPECT_FALSE(a_.take_unsaved()) << "nothing new";
}

TEST_F(Signing, says_the_same_after_a_restart_and_nothing_else) {
    ASSERT_FALSE(a_.start_height(3));
    const auto said = a_.sign(prevote(3, 0, 'V'));
    ASSERT_TRUE(said);
    SafetyRecord place;
    place.height = 3;
    place.step = Step::prevote;
    a_.record(place);
    Signatory again = after_restart();
    const auto record = again.start_height(3);
    ASSERT_TRUE(record);
    EXPECT_EQ(record->step, Step::prevote);
    EXPECT_EQ(again.sign(prevote(3, 0, 'V')), said);
    EXPECT_FALSE(again.sign(prevote(3, 0, 'W')));
}

TEST_F(Signing, refuses_while_silent_whoever_asks) {
    ASSERT_FALSE(a_.start_height(3));
    a_.mistrust(SilenceReason::lost);
    EXPECT_FALSE(a_.sign(prevote(3, 0, 'V')));
    a_.bound_mistrust(4);
    EXPECT_FALSE(after_restart().sign(prevote(4, 0, 'V')));
    EXPECT_TRUE(after_restart().sign(prevote(5, 0, 'V')));
}

TEST_F(Signing, bounds_a_silence_no_lower_than_the_newest_statement_it_was_shown) {
    a_.show(own(prevote(9, 0, 'V')));
    a_.bound_mistrust(4);
    EXPECT_FALSE(a_.may_sign(9));
    EXPECT_TRUE(a_.may_sign(10));
}

TEST_F(Signing, halts_at_a_vote_of_its_own_that_it_did_not_cast) {
    ASSERT_FALSE(a_.start_height(3));
    ASSERT_TRUE(a_.sign(prevote(3, 0, 'V')));
    a_.check(polka(prevote(3, 0, 'V'), "abc"));
    a_.check(polka(prevote(3, 0, 'W'), "bcd"));
    EXPECT_FALSE(a_.halt());
    a_.check(polka(prevote(3, 0, 'W'), "abc"));
    EXPECT_EQ(a_.halt(),
              (Halt{HaltReason::same_key_elsewhere, 3, block_named('V'), block_named('W')}));
    EXPECT_TRUE(after_restart().halt());
}

TEST_F(Signing, takes_such_a_vote_for_a_lost_one_while_it_is_silent) {
    a_.mistrust(SilenceReason::lost);
    ASSERT_FALSE(a_.start_height(3));
    a_.check(polka(prevote(3, 0, 'W'), "abc"));
    EXPECT_FALSE(a_.halt());
    EXPECT_EQ(a_.said().prevote, own(prevote(3, 0, 'W')));
    EXPECT_EQ(after_restart().said().prevote, own(prevote(3, 0, 'W')));
}

TEST(KeptRecord, is_resumed_from_at_its_own_height_and_only_once) {
    SafetyRecord record;
    record.height = 5;
    KeptRecord writer{Digest{}};
    writer.write(record);
    const Bytes disk = *writer.take_unsaved();
    KeptRecord kept{Digest{}};
    ASSERT_TRUE(kept.restore(disk).has_value());
    EXPECT_FALSE(kept.take_resumable(4)) << "the ledger is behind";
    EXPECT_TRUE(kept.take_resumable(5));
    EXPECT_FALSE(kept.take_resumable(5));
    KeptRecord late{Digest{}};
    ASSERT_TRUE(late.restore(disk).has_value());
    EXPECT_FALSE(late.take_resumable(6)) << "the ledger has passed it";
    EXPECT_EQ(late.newest().height, 5U);
}

}  // namespace
}  // namespace fairfeed::consensus
