#include "core/ledger/block_batches.h"

#include <gtest/gtest.h>

#include "core/wire/chain_codec.h"
#include "tests/unit/accounts/stored_chain.h"

namespace fairfeed {
namespace {

using test::StoredChain;

// The ledger's height shows how many blocks have left the memory.
class BlockBatchesTest : public ::testing::Test {
  protected:
    BlockBatchesTest() {
        stored_.run_windows(5);
        BlockSize one;
        one.add(blocks()[1].block.transactions);
        block_bytes_ = one.envelopes;
    }
    static test::TestNetworkOptions one_node() {
        test::TestNetworkOptions options;
        options.nodes = 1;
        return options;
    }
    [[nodiscard]] const std::vector<CommittedBlock>& blocks() { return stored_.chain().blocks(); }
    // The height after each block.
    [[nodiscard]] std::vector<Height> heights_with(const BlockBatches::Limits& limits) {
        auto ledger = Ledger::open(stored_.file(), stored_.genesis());
        EXPECT_TRUE(ledger);
        BlockBatches batches(*ledger, limits);
        std::vector<Height> heights;
        for (const CommittedBlock& block : blocks()) {
            EXPECT_TRUE(batches.add({block, 7}));
            heights.push_back(ledger->height());
        }
        EXPECT_TRUE(batches.finish());
        EXPECT_EQ(ledger->height(), blocks().size());
        return heights;
    }

    StoredChain stored_{one_node()};
    std::size_t block_bytes_ = 0;
};

TEST_F(BlockBatchesTest, large_blocks_do_not_pile_up_in_memory_until_there_are_256) {
    const BlockBatches::Limits limits{.blocks = 256, .bytes = block_bytes_ * 3 / 2};
    EXPECT_EQ(heights_with(limits), (std::vector<Height>{0, 2, 2, 4, 4}));
}

TEST_F(BlockBatchesTest, a_block_beyond_the_limit_is_written_alone) {
    EXPECT_EQ(heights_with({.blocks = 256, .bytes = 1}), (std::vector<Height>{1, 2, 3, 4, 5}));
}

TEST_F(BlockBatchesTest, small_blocks_are_bounded_by_their_number) {
    EXPECT_EQ(heights_with({.blocks = 3, .bytes = 1'000'000}),
              (std::vector<Height>{0, 0, 3, 3, 3}));
}

TEST_F(BlockBatchesTest, nothing_is_written_behind_a_block_that_could_not_be) {
    auto ledger = Ledger::open(stored_.file(), stored_.genesis());
    ASSERT_TRUE(ledger);
    stored_.rot("INSERT INTO blocks (height, id, time_ms, body) VALUES (99, ?1, 0, x'')",
                block_id(blocks()[2].block.header));
    BlockBatches batches(*ledger, {.blocks = 1});
    EXPECT_TRUE(batches.add({blocks()[0], 7}));
    EXPECT_TRUE(batches.add({blocks()[1], 7}));
    EXPECT_FALSE(batches.add({blocks()[2], 7})) << "its id is taken";
    stored_.rot("DELETE FROM blocks WHERE height = 99");
    EXPECT_FALSE(batches.add({blocks()[3], 7}));
    EXPECT_FALSE(batches.finish());
    EXPECT_EQ(ledger->height(), 2U);
}

}  // namespace
}  // namespace fairfeed
