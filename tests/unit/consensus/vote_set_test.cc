// Counting votes: quorums, the round of more than f validators, certificates, and the bounds of A2.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "edge-node/consensus/vote_set.h"
#include "tests/unit/consensus/bench.h"

namespace fairfeed::consensus {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Counting : public testing::Test {
  protected:
    static std::vector<NodeId> nodes(const std::string& letters) {
        std::vector<NodeId> out;
        for (const char letter : letters)
            out.push_back(Bench::name(letter));
        return out;
    }
    static Vote vote(char from, VoteType type, Round round, char block) {
        const auto id = block == '-' ? std::nullopt : std::optional(block_named(block));
        return Vote{VoteContent{type, 1, round, id}, Bench::name(from), Bench::mark(from)};
    }
    std::optional<VoteSet::Conflict> prevote(char from, Round round, char block,
                                             Round current = 0) {
        return votes_.add(vote(from, VoteType::prevote, round, block), current);
    }
    VoteSet votes_{1, nodes("dbca")};  // proposer order differs from the order of names
};

TEST_F(Counting, makes_a_certificate_of_exactly_a_quorum_in_the_order_of_names) {
    for (const char from : {'d', 'c', 'b', 'a'})
        prevote(from, 0, 'V');
    const auto certificate = votes_.certificate(VoteType::prevote, 0, block_named('V'));
    ASSERT_TRUE(certificate);
    EXPECT_THAT(certificate->witnesses, ElementsAre(Witness{Bench::name('a'), Bench::mark('a')},
                                                    Witness{Bench::name('b'), Bench::mark('b')},
                                                    Witness{Bench::name('c'), Bench::mark('c')}));
}

TEST_F(Counting, counts_a_validator_once_however_often_it_votes) {
    for (int i = 0; i < 5; ++i)
        prevote('a', 0, 'V');
    EXPECT_EQ(votes_.count(VoteType::prevote, 0), 1U);
    EXPECT_FALSE(votes_.has_quorum(VoteType::prevote, 0, block_named('V')));
}

TEST_F(Counting, keeps_types_rounds_and_nil_apart) {
    prevote('a', 0, 'V');
    prevote('b', 1, 'V');
    prevote('c', 0, '-');
    votes_.add(vote('d', VoteType::precommit, 0, 'V'), 0);
    EXPECT_THAT(votes_.quorums(VoteType::prevote, 0), IsEmpty());
    for (const char from : {'a', 'b', 'd'})
        prevote(from, 2, '-');
    EXPECT_THAT(votes_.quorums(VoteType::prevote, 2), IsEmpty());
    EXPECT_TRUE(votes_.has_quorum(VoteType::prevote, 2, std::nullopt));
}

TEST_F(Counting, counts_both_values_of_an_equivocator_but_no_third) {
    prevote('a', 0, 'V');
    const auto conflict = prevote('a', 0, 'W');
    ASSERT_TRUE(conflict);
    EXPECT_EQ(conflict->first, vote('a', VoteType::prevote, 0, 'V'));
    EXPECT_EQ(conflict->second, vote('a', VoteType::prevote, 0, 'W'));
    EXPECT_FALSE(prevote('a', 0, 'X'));
    for (const char from : {'b', 'c'}) {
        for (const char block : {'V', 'W'})
            prevote(from, 0, block);
    }
    EXPECT_THAT(votes_.quorums(VoteType::prevote, 0),
                ElementsAre(block_named('V'), block_named('W')));
}

TEST_F(Counting, takes_a_certificate_over_the_bound_of_two_values) {
    for (const char block : {'V', 'W'})
        prevote('a', 0, block);
    QuorumCertificate polka{{VoteType::prevote, 1, 0, block_named('X')}, {}};
    for (const char from : {'a', 'b', 'c'}) {
        polka.witnesses.push_back(Witness{Bench::name(from), Bench::mark(from)});
    }
    votes_.add(polka);
    EXPECT_THAT(votes_.quorums(VoteType::prevote, 0), ElementsAre(block_named('X')));
}

TEST_F(Counting, finds_the_conflict_between_a_vote_and_a_certificate) {
    prevote('a', 0, 'V');
    QuorumCertificate polka{{VoteType::prevote, 1, 0, block_named('X')}, {}};
    polka.witnesses.push_back(Witness{Bench::name('a'), Bench::mark('a')});
    EXPECT_EQ(votes_.add(polka).size(), 1U);
    EXPECT_EQ(votes_.add(polka).size(), 0U);
}

TEST_F(Counting, drops_votes_far_from_the_round_but_remembers_the_presence) {
    prevote('a', kRoundWindow + 1, 'V');
    prevote('b', kRoundWindow + 5, 'V');
    EXPECT_THAT(votes_.rounds(VoteType::prevote), IsEmpty());
    EXPECT_EQ(votes_.crowd_round(Bench::name('c')), kRoundWindow + 1);
    prevote('a', kRoundWindow, 'V');
    prevote('a', 1000, 'V', 1000 + kRoundWindow);
    EXPECT_THAT(votes_.rounds(VoteType::prevote), ElementsAre(kRoundWindow, 1000));
}

TEST_F(Counting, forgets_rounds_long_past) {
    prevote('a', 0, 'V');
    prevote('a', 1, 'V');
    votes_.forget_before(kRoundWindow);
    EXPECT_THAT(votes_.rounds(VoteType::prevote), ElementsAre(0U, 1U));
    votes_.forget_before(kRoundWindow + 1);
    EXPECT_THAT(votes_.rounds(VoteType::prevote), ElementsAre(1U));
}

TEST_F(Counting, does_not_count_itself_in_the_crowd) {
    prevote('a', 9, 'V');
    EXPECT_EQ(votes_.crowd_round(Bench::name('a')), std::nullopt);
    prevote('b', 4, 'V');
    EXPECT_EQ(votes_.crowd_round(Bench::name('a')), std::nullopt);
    prevote('c', 6, 'V');
    EXPECT_EQ(votes_.crowd_round(Bench::name('a')), 4U);
    EXPECT_EQ(votes_.crowd_round(Bench::name('d')), 6U);
}

TEST_F(Counting, expects_nothing_more_from_who_spoke_later) {
    prevote('a', 0, 'V');
    votes_.add(vote('b', VoteType::precommit, 0, '-'), 0);
    votes_.saw_round(Bench::name('c'), 1);
    EXPECT_EQ(votes_.spoken(VoteType::prevote, 0), 3U);
    EXPECT_EQ(votes_.spoken(VoteType::precommit, 0), 2U);
    EXPECT_EQ(votes_.spoken(VoteType::precommit, 1), 0U);
}

TEST(Buffering, keeps_no_sender_above_its_share_and_no_repetition) {
    FutureBuffer buffer;
    for (Round round = 0; round < 10'000; ++round) {
        const VoteContent content{VoteType::prevote, 7, round, std::nullopt};
        for (int repeated = 0; repeated < 2; ++repeated) {
            buffer.add(Vote{content, Bench::name('a'), {}});
        }
    }
    EXPECT_LE(buffer.bytes(), FutureBuffer::kBytesPerSender);
    buffer.add(Vote{{VoteType::prevote, 8, 0, std::nullopt}, Bench::name('b'), {}});
    EXPECT_EQ(buffer.take(8).size(), 1U);
    EXPECT_EQ(buffer.bytes(), 0U);
}

TEST(Buffering, gives_a_height_once_and_forgets_what_is_older) {
    FutureBuffer buffer;
    for (const Height height : {7U, 8U, 9U}) {
        buffer.add(Vote{{VoteType::prevote, height, 0, {}}, Bench::name('b'), {}});
    }
    EXPECT_EQ(buffer.take(8).size(), 1U);
    EXPECT_EQ(buffer.take(8).size(), 0U);
    EXPECT_EQ(buffer.take(7).size(), 0U);
    EXPECT_EQ(buffer.take(9).size(), 1U);
}

}  // namespace
}  // namespace fairfeed::consensus
