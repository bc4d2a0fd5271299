// R4, R5 and R20 as a function: the prevote of a validator on a proposal, from its lock, the votes
// and the verdict.
#include <gtest/gtest.h>

#include "edge-node/consensus/proposal_rules.h"
#include "tests/unit/consensus/bench.h"

namespace fairfeed::consensus {
namespace {

constexpr std::int64_t kNowMs = 1'700'000'000'000;

class Prevoting : public testing::Test {
  protected:
    Prevoting() {
        votes_ =
            VoteSet(1, {Bench::name('a'), Bench::name('b'), Bench::name('c'), Bench::name('d')});
    }
    static QuorumCertificate polka(Round round, char block) {
        QuorumCertificate out{{VoteType::prevote, 1, round, block_named(block)}, {}};
        for (const char who : {'a', 'b', 'c'})
            out.witnesses.push_back(Witness{Bench::name(who), Bench::mark(who)});
        return out;
    }
    void prevote(char from, Round round, char block) {
        votes_.add(Vote{{VoteType::prevote, 1, round, block_named(block)},
                        Bench::name(from),
                        Bench::mark(from)},
                   round);
    }
    [[nodiscard]] std::optional<bool> fresh(char block, std::optional<Verdict> verdict) const {
        return opinion({1, 5, std::nullopt, block_named(block)}, verdict, lock_, votes_, bounds_);
    }
    [[nodiscard]] std::optional<bool> again(char block, Round valid_round) const {
        return opinion({1, 5, valid_round, block_named(block)}, Verdict{true, kNowMs}, lock_,
                       votes_, bounds_);
    }
    BlockLock lock_;
    VoteSet votes_;
    TimeBounds bounds_{{kNowMs - 1000, 0}, 0, {0, kNowMs, true}};
    const Verdict good_{true, kNowMs};
};

TEST_F(Prevoting, waits_for_a_verdict_and_refuses_what_is_wrong) {
    EXPECT_EQ(fresh('V', std::nullopt), std::nullopt);
    EXPECT_EQ(fresh('V', good_), true);
    EXPECT_EQ(fresh('V', (Verdict{false, kNowMs})), false);
}

TEST_F(Prevoting, refuses_a_fresh_block_beside_the_locked_one) {
    lock_.set_locked(Marked{block_named('V'), 3});
    EXPECT_EQ(fresh('W', good_), false);
    EXPECT_EQ(fresh('V', good_), true);
}

TEST_F(Prevoting, follows_a_polka_only_where_it_is_not_older_than_the_lock) {
    lock_.set_locked(Marked{block_named('V'), 3});
    EXPECT_EQ(again('W', 3), std::nullopt) << "the polka of round 3 has not come";
    votes_.add(polka(2, 'W'));
    votes_.add(polka(3, 'W'));
    EXPECT_EQ(again('W', 2), false);
    EXPECT_EQ(again('W', 3), true);
}

TEST_F(Prevoting, asks_no_time_of_a_block_that_was_proposed_before) {
    votes_.add(polka(2, 'V'));
    bounds_.now.real_ms = kNowMs + 1'000'000'000;
    EXPECT_EQ(again('V', 2), true);
    EXPECT_EQ(fresh('V', good_), false) << "a fresh block so old is refused";
}

TEST_F(Prevoting, without_the_time_follows_two_others_and_never_one_alone) {
    bounds_.now.synchronised = false;
    const Verdict far_ahead{true, kNowMs + 400LL * 86'400'000};
    prevote('b', 5, 'V');
    EXPECT_EQ(fresh('V', far_ahead), std::nullopt);
    prevote('c', 5, 'V');
    EXPECT_EQ(fresh('V', far_ahead), true);
}

TEST_F(Prevoting, takes_the_time_of_its_own_block) {
    bounds_.now.synchronised = false;
    EXPECT_EQ(fresh('V', (Verdict{true, std::nullopt})), true);
}

TEST(Lock, stays_when_another_block_becomes_valid) {
    BlockLock lock;
    lock.set_locked(Marked{block_named('V'), 1});
    QuorumCertificate polka{{VoteType::prevote, 1, 4, block_named('W')}, {}};
    lock.mark_valid(polka);
    EXPECT_EQ(lock.locked(), (Marked{block_named('V'), 1}));
    EXPECT_EQ(lock.valid(), (Marked{block_named('W'), 4}));
    EXPECT_EQ(lock.polka(), polka);
}

}  // namespace
}  // namespace fairfeed::consensus
