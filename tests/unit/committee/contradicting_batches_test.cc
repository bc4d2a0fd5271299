// Two batches of one place and version contradict each other (rule 5), also if their proposer says
// something newer in between. What a member keeps for this comparison is bounded.
#include "edge-node/committee/batch_round.h"

#include "tests/unit/committee/committee_bench.h"

namespace fairfeed::committee {
namespace {

class ContradictingBatches : public ::testing::Test {
  protected:
    // Two proposals of one place have other salts, therefore other ids.
    [[nodiscard]] Transaction batch(Window window, std::uint32_t version, std::uint8_t salt = 0) {
        Settlement said = settlement_of(first);
        said.window = window;
        said.version = version;
        said.lines.front().salt.bytes[0] ^= salt;
        return bench.sign(said);
    }
    void hear(const Transaction& said) { (void)bench.hear_batch(member, said); }
    // What the member holds against the batch after it has heard the batch.
    [[nodiscard]] std::string against(const Transaction& said) {
        hear(said);
        const Transaction* rival = bench.round(member).rival(said);
        return rival ? to_hex(rival->id.view()) : "nothing";
    }

    Bench bench;
    const NodeId member = bench.members[2];
    const Transaction first = bench.batch_of(0);
};

TEST_F(ContradictingBatches, are_known_although_a_batch_of_the_next_window_came_in_between) {
    hear(first);
    hear(batch(1, 0));
    EXPECT_EQ(against(batch(0, 0, 1)), to_hex(first.id.view()));
    EXPECT_EQ(against(first), "nothing") << "a repetition";
}

TEST_F(ContradictingBatches, are_known_although_a_batch_of_the_next_window_came_before_both) {
    hear(batch(1, 0));
    hear(first);
    EXPECT_EQ(against(batch(0, 0, 1)), to_hex(first.id.view()));
}

TEST_F(ContradictingBatches, are_known_although_a_newer_version_came_in_between) {
    hear(first);
    hear(batch(0, 1));
    EXPECT_EQ(against(batch(0, 0, 1)), to_hex(first.id.view()));
    EXPECT_EQ(against(batch(0, 1, 1)), to_hex(batch(0, 1).id.view()));
}

TEST_F(ContradictingBatches, are_known_when_a_block_has_the_one_that_the_member_did_not_hear) {
    hear(first);
    hear(batch(1, 0));
    const Transaction settled = batch(0, 0, 1);
    ASSERT_NE(bench.round(member).rival(settled), nullptr);
    EXPECT_EQ(bench.round(member).rival(settled)->id, first.id);
}

TEST_F(ContradictingBatches, are_compared_with_the_highest_versions_only) {
    for (std::uint32_t version = 0; version < 20; ++version)
        hear(batch(0, version));
    EXPECT_EQ(bench.round(member).batches_heard(), 1 + BatchRound::kMostOlder);
    EXPECT_EQ(against(batch(0, 14, 1)), "nothing");
    EXPECT_EQ(against(batch(0, 15, 1)), to_hex(batch(0, 15).id.view()));
}

TEST_F(ContradictingBatches, of_windows_to_come_take_no_memory) {
    for (Window window = 0; window < 20; ++window)
        hear(batch(window, 0));
    EXPECT_EQ(bench.round(member).batches_heard(), 2U) << "the newest, and that of window 0";
}

TEST_F(ContradictingBatches, are_forgotten_with_their_window) {
    hear(first);
    hear(batch(1, 0));
    EXPECT_EQ(bench.round(member).batches_heard(), 2U);
    bench.chain.run_window({bench.cluster}, 0);
    (void)bench.advance(member);
    EXPECT_EQ(bench.round(member).batches_heard(), 1U);
}

}  // namespace
}  // namespace fairfeed::committee
