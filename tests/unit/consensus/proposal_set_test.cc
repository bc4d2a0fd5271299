// The proposals and blocks that a replica holds of a height, and the facts about them that it tells
// only once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "edge-node/consensus/block_verdicts.h"
#include "edge-node/consensus/proposal_set.h"
#include "edge-node/consensus/vote_set.h"
#include "tests/unit/consensus/bench.h"

namespace fairfeed::consensus {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

Proposal proposal(char from, Round round, char block) {
    return Proposal{
        {1, round, std::nullopt, block_named(block)}, Bench::name(from), Bench::mark(from)};
}

TEST(ProposalsHeld, show_two_different_ones_of_a_round_once) {
    ProposalSet held;
    EXPECT_FALSE(held.add(proposal('b', 0, 'V')));
    EXPECT_FALSE(held.add(proposal('b', 0, 'V'))) << "the same one again";
    EXPECT_FALSE(held.add(proposal('c', 1, 'W'))) << "another round";
    const auto conflict = held.add(proposal('b', 0, 'W'));
    ASSERT_TRUE(conflict);
    EXPECT_EQ(conflict->first, proposal('b', 0, 'V'));
    EXPECT_EQ(conflict->second, proposal('b', 0, 'W'));
    EXPECT_FALSE(held.add(proposal('b', 0, 'X')));
}

TEST(ProposalsHeld, are_four_of_a_round_whatever_is_sent) {
    ProposalSet held;
    for (char block = 'A'; block <= 'Z'; ++block)
        held.add(proposal('b', 0, block));
    EXPECT_THAT(held.of(0), SizeIs(4));
    EXPECT_THAT(held.of(Bench::name('b')), SizeIs(4));
    EXPECT_THAT(held.of(Bench::name('c')), IsEmpty());
}

TEST(ProposalsHeld, are_forgotten_behind_the_window) {
    ProposalSet held;
    held.add(proposal('b', 0, 'V'));
    held.add(proposal('c', 1, 'W'));
    held.forget_before(kRoundWindow);
    EXPECT_THAT(held.of(0), SizeIs(1));
    held.forget_before(kRoundWindow + 1);
    EXPECT_THAT(held.of(0), IsEmpty());
    EXPECT_THAT(held.of(1), SizeIs(1));
}

TEST(Verdicts, are_asked_for_once_until_the_outline_comes_again) {
    BlockVerdicts blocks;
    EXPECT_TRUE(blocks.ask(block_named('V')));
    EXPECT_FALSE(blocks.ask(block_named('V')));
    EXPECT_TRUE(blocks.ask(block_named('W')));
    blocks.outline_came(block_named('V'));
    EXPECT_TRUE(blocks.ask(block_named('V')));
}

TEST(Verdicts, stay_as_they_were_first_given) {
    BlockVerdicts blocks;
    EXPECT_FALSE(blocks.of(block_named('V')));
    blocks.judged(block_named('V'), false, 7);
    blocks.judged(block_named('V'), true, 7);
    EXPECT_FALSE(blocks.of(block_named('V'))->valid);
    EXPECT_TRUE(blocks.contradict(block_named('V')));
    EXPECT_FALSE(blocks.contradict(block_named('V'))) << "said once";
}

}  // namespace
}  // namespace fairfeed::consensus
