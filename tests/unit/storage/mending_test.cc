// The proof of an offered block needs the ledger behind it. The proof advances a few blocks at a
// time, whatever peers offer.
#include "edge-node/storage/mending.h"

#include <filesystem>

#include <gtest/gtest.h>

#include "tests/support/temp_directory.h"
#include "tests/support/test_network.h"

namespace fairfeed::test {
namespace {

constexpr Window kWindows = 12;

class MendingOf : public ::testing::Test {
  protected:
    MendingOf() {
        auto opened = Ledger::open(directory_.path() / "ledger.db", network_.genesis());
        CHECK(opened.has_value());
        ledger_.emplace(std::move(*opened));
        ids_.push_back(block_id(network_.genesis().block.block.header));
        for (Window window = 0; window < kWindows; ++window)
            chain_.run_window({TestNetwork::cluster(1)}, window);
        for (const CommittedBlock& each : chain_.blocks()) {
            CHECK(ledger_->commit(each.block, each.certificate, 1).has_value());
            ids_.push_back(block_id(each.block.header));
        }
    }
    [[nodiscard]] const CommittedBlock& block(Height height) const {
        return chain_.blocks()[height - 1];
    }
    [[nodiscard]] std::optional<CommittedBlock> work(std::size_t blocks) {
        return mending_.work(*ledger_, ids_, blocks);
    }
    // Takes steps of one block each until no block is left to prove; returns their number.
    std::size_t steps(std::vector<Height>& proven) {
        std::size_t count = 0;
        for (; !mending_.is_idle(); ++count)
            if (const auto done = work(1)) proven.push_back(done->block.header.height);
        return count;
    }
    [[nodiscard]] static CommittedBlock forged(CommittedBlock block) {
        block.block.transactions.back().endorsements.front().signature.bytes[5] ^= 1;
        return block;
    }

    TestNetwork network_;
    TestChain chain_{network_};
    testing_support::TempDirectory directory_;
    std::optional<Ledger> ledger_;
    std::vector<Digest> ids_;
    Mending mending_{network_.genesis()};
};

TEST_F(MendingOf, a_block_is_work_for_as_many_steps_as_there_are_blocks_before_it) {
    mending_.offer({.block = block(kWindows)});
    EXPECT_FALSE(work(0));
    std::vector<Height> proven;
    EXPECT_EQ(steps(proven), kWindows);
    EXPECT_EQ(proven, std::vector<Height>{kWindows});
}

TEST_F(MendingOf, several_blocks_goes_through_the_ledger_once) {
    for (const Height height : {9, 4, 11})
        mending_.offer({.block = block(height)});
    std::vector<Height> proven;
    EXPECT_EQ(steps(proven), 11U);
    EXPECT_EQ(proven, (std::vector<Height>{4, 9, 11}));
}

TEST_F(MendingOf, what_does_not_hold_leaves_what_does) {
    mending_.offer({.block = forged(block(5))});
    mending_.offer({.block = forged(block(5))});
    mending_.offer({.block = block(5)});
    std::vector<Height> proven;
    EXPECT_EQ(steps(proven), 5U);
    EXPECT_EQ(proven, std::vector<Height>{5});
    mending_.offer({.block = forged(block(6))});
    CommittedBlock uncertified = block(7);
    uncertified.certificate.witnesses.pop_back();
    mending_.offer({.block = uncertified});
    proven.clear();
    (void)steps(proven);
    EXPECT_TRUE(proven.empty());
}

TEST_F(MendingOf, a_block_behind_another_damaged_one_waits_for_that_one) {
    ids_[3] = ids_[2];  // as if the ledger had another block there
    mending_.offer({.block = block(8)});
    std::vector<Height> proven;
    EXPECT_EQ(steps(proven), 3U);
    EXPECT_TRUE(proven.empty()) << "it is asked for again";
    mending_.offer({.block = block(3)});
    mending_.offer({.block = block(8)});
    (void)steps(proven);
    EXPECT_EQ(proven, (std::vector<Height>{3, 8}));
}

}  // namespace
}  // namespace fairfeed::test
