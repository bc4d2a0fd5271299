// Blocks on the bench are described, gathered and judged, and no sender can push out another
// sender's block.
#include "edge-node/chain/candidate_blocks.h"

#include <gtest/gtest.h>

#include "core/wire/chain_codec.h"
#include "tests/support/test_network.h"

namespace fairfeed::test {
namespace {

const ClusterId kCluster = TestNetwork::cluster(1);
const NodeId kSelf = TestNetwork::node(1);
const NodeId kPeer = TestNetwork::node(2);
const NodeId kRogue = TestNetwork::node(3);

class Candidates : public ::testing::Test {
  protected:
    [[nodiscard]] CandidateBlocks::Verdict judge(const Digest& which) {
        return bench.judge(which, chain.state(), pool, signatures);
    }
    void describe(const NodeId& sender, const BlockOutline& outline) {
        EXPECT_TRUE(bench.describe(sender, outline));
    }
    [[nodiscard]] std::string_view refusal(const BlockOutline& outline) {
        const auto described = bench.describe(kRogue, outline);
        return described ? "none" : to_string(described.error());
    }
    // An outline that lists one transaction which nobody has.
    [[nodiscard]] static BlockOutline outline_at(std::int64_t time_ms) {
        BlockOutline outline;
        outline.transactions.push_back(block_id(BlockHeader{}));
        outline.header.transaction_count = 1;
        outline.header.time_ms = time_ms;
        outline.header.proposer = kRogue;
        outline.header.transactions_root = transactions_root(outline.transactions);
        outline.header.parent_certificate = certificate_hash(outline.parent_certificate);
        return outline;
    }

    TestNetwork network;
    TestChain chain{network};
    OpenedReadings readings = chain.read_all(kCluster, 0);
    std::vector<Transaction> window = chain.group(chain.settle(kCluster, 0, readings), readings);
    Block block = chain.next_block(window);
    Digest id = block_id(block.header);
    TransactionPool pool{100};
    PlainSignatureChecker signatures;
    CandidateBlocks bench{1000};
};

TEST_F(Candidates, judges_a_block_when_its_last_body_is_there) {
    EXPECT_FALSE(judge(id).known) << "nobody described it";
    describe(kPeer, outline_of(block));
    EXPECT_EQ(bench.source(id), kPeer);
    EXPECT_EQ(judge(id).missing.size(), window.size());
    ASSERT_TRUE(pool.add(window.back(), chain.state(), signatures));
    EXPECT_EQ(judge(id).missing.size(), window.size() - 1);
    EXPECT_FALSE(judge(id).known);
    ASSERT_TRUE(pool.add_all(window, chain.state(), signatures));
    const auto verdict = judge(id);
    EXPECT_TRUE(verdict.known && verdict.valid && verdict.fresh);
    EXPECT_EQ(verdict.time_ms, block.header.time_ms);
    const auto again = judge(id);
    EXPECT_TRUE(again.known && again.valid);
    EXPECT_FALSE(again.fresh) << "persisted once";
    ASSERT_NE(bench.valid(id), nullptr);
    EXPECT_EQ(bench.valid(id)->after.height, 1U);
}

// Otherwise a liar who is quicker than the builder would make a good block invalid here for its
// whole height.
TEST_F(Candidates, takes_no_list_that_is_not_the_headers) {
    BlockOutline wrong = outline_of(block);
    std::swap(wrong.transactions.front(), wrong.transactions.back());
    EXPECT_EQ(refusal(wrong), "wrong_root");
    BlockOutline shorter = outline_of(block);
    shorter.transactions.pop_back();
    EXPECT_EQ(refusal(shorter), "wrong_root");
    describe(kPeer, outline_of(block));
    ASSERT_TRUE(pool.add_all(window, chain.state(), signatures));
    EXPECT_TRUE(judge(id).valid);
    EXPECT_EQ(bench.source(id), kPeer);
}

// Regression: a list of invented ids made every honest node request tens of megabytes.
TEST_F(Candidates, takes_no_list_that_no_block_can_have) {
    const auto listing = [](std::size_t count) {
        BlockOutline outline = outline_at(1);
        outline.transactions.clear();
        for (std::size_t i = 0; i < count; ++i)
            outline.transactions.push_back(block_id(outline_at(static_cast<int>(i)).header));
        outline.header.transaction_count = static_cast<std::uint32_t>(count);
        outline.header.transactions_root = transactions_root(outline.transactions);
        return outline;
    };
    EXPECT_EQ(refusal(listing(0)), "empty_block");
    EXPECT_EQ(refusal(listing(1000)), "none");
    EXPECT_EQ(refusal(listing(1001)), "too_many_transactions");
    BlockOutline twice = listing(2);
    twice.transactions[1] = twice.transactions[0];
    twice.header.transactions_root = transactions_root(twice.transactions);
    EXPECT_EQ(refusal(twice), "not_canonical");
    BlockOutline crowd = listing(1);
    crowd.parent_certificate = QuorumCertificate{{}, std::vector<Witness>(65, Witness{kPeer, {}})};
    crowd.header.parent_certificate = certificate_hash(crowd.parent_certificate);
    EXPECT_EQ(refusal(crowd), "wrong_certificate");
}

TEST_F(Candidates, knows_a_block_that_does_not_execute_as_invalid) {
    ASSERT_TRUE(pool.add_all(window, chain.state(), signatures));
    block.header.app_hash.bytes[0] ^= 1;
    id = block_id(block.header);
    describe(kPeer, outline_of(block));
    const auto verdict = judge(id);
    EXPECT_TRUE(verdict.known);
    EXPECT_FALSE(verdict.valid || verdict.fresh);
    EXPECT_EQ(bench.valid(id), nullptr);
    EXPECT_FALSE(bench.add(kSelf, block, chain.state(), signatures));
}

TEST_F(Candidates, keeps_the_first_description_and_forgets_all_with_the_height) {
    describe(kPeer, outline_of(block));
    describe(kRogue, outline_of(block));
    EXPECT_EQ(bench.source(id), kPeer);
    ASSERT_TRUE(bench.add(kSelf, block, chain.state(), signatures));
    bench.clear();
    EXPECT_EQ(bench.outline(id), nullptr);
    EXPECT_EQ(bench.valid(id), nullptr);
}

TEST_F(Candidates, is_not_used_up_by_one_sender) {
    describe(kPeer, outline_of(block));
    for (int i = 0; i < 1000; ++i)
        describe(kRogue, outline_at(i));
    EXPECT_NE(bench.outline(id), nullptr) << "another's";
    EXPECT_EQ(bench.outline(block_id(outline_at(0).header)), nullptr) << "its own oldest";
    EXPECT_NE(bench.outline(block_id(outline_at(999).header)), nullptr);
    EXPECT_FALSE(judge(block_id(outline_at(0).header)).known);
}

TEST_F(Candidates, never_drops_a_block_that_was_found_valid) {
    ASSERT_TRUE(pool.add_all(window, chain.state(), signatures));
    describe(kRogue, outline_of(block));
    ASSERT_TRUE(judge(id).valid);
    for (int i = 0; i < 1000; ++i)
        describe(kRogue, outline_at(i));
    EXPECT_NE(bench.outline(id), nullptr);
    EXPECT_NE(bench.valid(id), nullptr);
}

TEST_F(Candidates, builds_the_next_block_no_earlier_than_its_windows_end) {
    const std::int64_t end_ms = chain.state().grid().end_real_ms(0);
    const auto time_at = [&](std::int64_t now_ms) {
        return make_next_block(chain.state(), kSelf, window, std::nullopt, now_ms).header.time_ms;
    };
    EXPECT_EQ(time_at(end_ms + 500), end_ms + 500);
    EXPECT_EQ(time_at(end_ms - 500), end_ms);
    EXPECT_TRUE(bench.add(kSelf,
                          make_next_block(chain.state(), kSelf, window, std::nullopt, end_ms),
                          chain.state(), signatures));
}

// The chain's time has run ahead by three years.
TEST_F(Candidates, builds_a_block_that_sets_the_time_back_where_it_has_run_ahead) {
    const std::int64_t now_ms = chain.state().grid().end_real_ms(0) + 1000;
    ChainState ahead = chain.state();
    ahead.tip_time_ms = now_ms + kTimeCorrectionMs + 1;
    const auto time_at = [&] {
        return make_next_block(ahead, kSelf, window, std::nullopt, now_ms).header.time_ms;
    };
    EXPECT_EQ(time_at(), now_ms);
    EXPECT_TRUE(bench.add(kSelf, make_next_block(ahead, kSelf, window, std::nullopt, now_ms), ahead,
                          signatures));
    ahead.tip_time_ms = now_ms + kTimeCorrectionMs;
    EXPECT_EQ(time_at(), ahead.tip_time_ms + 1) << "a minute is waited for";
}

}  // namespace
}  // namespace fairfeed::test
