#include "core/ledger/ledger_salvage.h"

#include <gmock/gmock.h>

#include <fstream>

#include "core/ledger/chain_verifier.h"
#include "tests/unit/accounts/stored_chain.h"

namespace fairfeed {
namespace {

using test::StoredChain;
using test::TestNetworkOptions;
using ::testing::HasSubstr;

constexpr std::int64_t kNow = 1'785'603'723'000;  // 2026-08-01T17:02:03Z

class DamagedLedger : public ::testing::Test {
  protected:
    DamagedLedger() {
        stored_.run_windows(4);
        stored_.store();
    }
    static TestNetworkOptions two_nodes() {
        TestNetworkOptions options;
        options.nodes = 2;
        return options;
    }
    void expect_blocks_up_to(Height height) {
        const Ledger ledger = stored_.open();
        EXPECT_EQ(ledger.height(), height);
        for (Height at = 1; at <= height; ++at) {
            EXPECT_EQ(**ledger.block(at), stored_.chain().blocks()[at - 1]);
            EXPECT_EQ(
                **ledger.committed_at_ms(at),
                stored_.chain().blocks()[at - 1].block.header.time_ms + test::kCommittedAfterMs);
        }
        EXPECT_TRUE(verify_ledger(ledger, stored_.genesis(), nullptr, {}).sound());
    }
    [[nodiscard]] Result<void, IoError> examine(Height height) {
        const auto& blocks = stored_.chain().blocks();
        const Digest parent = height == 1 ? block_id(stored_.genesis().block.block.header)
                                          : block_id(blocks[height - 2].block.header);
        return stored_.open().examine(height, block_id(blocks[height - 1].block.header), parent);
    }

    StoredChain stored_{two_nodes()};
};

TEST_F(DamagedLedger, keeps_its_sound_prefix_and_the_damaged_file) {
    stored_.rot("UPDATE blocks SET body = ?1 WHERE height = 3", Bytes{0x80});
    const auto salvage = salvage_ledger(stored_.file(), stored_.genesis(), kNow);
    ASSERT_TRUE(salvage) << salvage.error().message;
    EXPECT_EQ(salvage->height, 2U);
    EXPECT_EQ(salvage->aside.filename(), "ledger.db.damaged-20260801T170203Z");
    EXPECT_TRUE(std::filesystem::exists(salvage->aside));
    expect_blocks_up_to(2);
    stored_.store();
    expect_blocks_up_to(4);
}

TEST_F(DamagedLedger, that_is_no_database_any_more_becomes_one_of_genesis_alone) {
    std::ofstream(stored_.file()) << std::string(5000, 'x');
    const auto damaged = Ledger::open(stored_.file(), stored_.genesis());
    ASSERT_FALSE(damaged);
    EXPECT_TRUE(damaged.error().damage);
    ASSERT_TRUE(salvage_ledger(stored_.file(), stored_.genesis(), kNow));
    expect_blocks_up_to(0);
    std::ofstream(stored_.file()) << std::string(5000, 'x');
    const auto again = salvage_ledger(stored_.file(), stored_.genesis(), kNow);
    ASSERT_TRUE(again);
    EXPECT_THAT(again->aside.string(), HasSubstr("Z-2")) << "the first one is kept too";
}

TEST_F(DamagedLedger, whose_mark_is_damaged_is_taken_over_whole) {
    for (const char* damage : {"PRAGMA application_id = 1", "PRAGMA user_version = 515"}) {
        stored_.rot(damage);
        const auto damaged = Ledger::open(stored_.file(), stored_.genesis());
        ASSERT_FALSE(damaged) << damage;
        EXPECT_TRUE(damaged.error().damage);
        const auto salvage = salvage_ledger(stored_.file(), stored_.genesis(), kNow);
        ASSERT_TRUE(salvage) << salvage.error().message;
        EXPECT_EQ(salvage->height, 4U);
        expect_blocks_up_to(4);
    }
}

TEST_F(DamagedLedger, loses_a_block_whose_signatures_changed_although_its_id_did_not) {
    Block forged = stored_.chain().blocks()[1].block;
    forged.transactions.back().endorsements.front().signature.bytes[5] ^= 1;
    stored_.damage("UPDATE blocks SET body = ?1 WHERE height = 2", encode_block(forged));
    ASSERT_TRUE(*stored_.open().block(2)) << "the hashes were made to fit";
    const auto salvage = salvage_ledger(stored_.file(), stored_.genesis(), kNow);
    ASSERT_TRUE(salvage);
    EXPECT_EQ(salvage->height, 1U);
}

TEST_F(DamagedLedger, never_gives_a_block_out_that_is_not_what_was_committed) {
    for (const char* sql :
         {"UPDATE blocks SET certificate = (SELECT certificate FROM blocks WHERE height = 3) "
          "WHERE height = 2",
          "UPDATE blocks SET body = (SELECT body FROM blocks WHERE height = 3) WHERE height = 2",
          "UPDATE blocks SET id = zeroblob(32) WHERE height = 2",
          "UPDATE commits SET committed_at_ms = 1 WHERE height = 2",
          "DELETE FROM commits WHERE height = 2"}) {
        StoredChain stored(two_nodes());
        stored.run_windows(3);
        stored.store();
        stored.rot(sql);
        const auto block = stored.open().block(2);
        ASSERT_FALSE(block) << sql;
        EXPECT_TRUE(block.error().damage);
        EXPECT_THAT(block.error().message, HasSubstr("block 2 of the ledger is damaged"));
        EXPECT_TRUE(stored.open().block(3));
    }
}

TEST_F(DamagedLedger, is_found_by_a_look_at_the_block_or_its_index) {
    for (Height height = 1; height <= 4; ++height)
        EXPECT_TRUE(examine(height));
    stored_.rot(
        "UPDATE transactions SET height = 1, position = 999 WHERE height = 2 "
        "AND position = 1");
    EXPECT_TRUE(stored_.open().block(2)) << "the block itself is sound";
    EXPECT_FALSE(examine(2));
    stored_.rot("DELETE FROM transactions WHERE height = 3 AND position = 0");
    EXPECT_FALSE(examine(3));
    EXPECT_TRUE(examine(4));
}

TEST_F(DamagedLedger, is_whole_again_once_its_block_is_written_anew) {
    stored_.rot(
        "UPDATE blocks SET id = zeroblob(32), time_ms = 0, body = x'', certificate = NULL "
        "WHERE height = 2");
    stored_.rot("DELETE FROM commits WHERE height = 2");
    stored_.rot("DELETE FROM transactions WHERE height = 2");
    stored_.rot("DELETE FROM blocks WHERE height = 3");
    auto ledger = Ledger::open(stored_.file(), stored_.genesis());
    ASSERT_TRUE(ledger) << ledger.error().message;
    for (const std::size_t i : {1U, 2U}) {
        const CommittedBlock& committed = stored_.chain().blocks()[i];
        ASSERT_TRUE(
            ledger->mend(committed, committed.block.header.time_ms + test::kCommittedAfterMs));
    }
    expect_blocks_up_to(4);
    EXPECT_TRUE(examine(2));
    EXPECT_TRUE(examine(3));
}

// Regression: a mended block got the time of its mending as the time of its commit.
TEST_F(DamagedLedger, keeps_the_time_of_a_commit_that_can_still_be_read) {
    const CommittedBlock& second = stored_.chain().blocks()[1];
    const std::int64_t committed_at_ms = *stored_.open().committed_at_ms(2).value();
    for (const char* damage : {"UPDATE blocks SET body = x'00' WHERE height = 2",
                               "UPDATE commits SET committed_at_ms = 1 WHERE height = 2"}) {
        stored_.rot(damage);
        auto ledger = Ledger::open(stored_.file(), stored_.genesis());
        ASSERT_TRUE(ledger) << ledger.error().message;
        ASSERT_TRUE(ledger->mend(second, kNow));
        EXPECT_TRUE(examine(2));
        const bool legible = std::string_view(damage).find("commits") == std::string_view::npos;
        EXPECT_EQ(*ledger->committed_at_ms(2).value(), legible ? committed_at_ms : kNow);
    }
}

TEST_F(DamagedLedger, knows_the_bytes_it_committed) {
    const Ledger ledger = stored_.open();
    Block block = stored_.chain().blocks()[1].block;
    EXPECT_TRUE(*ledger.wrote(block));
    block.transactions.back().endorsements.front().signature.bytes[5] ^= 1;
    EXPECT_FALSE(*ledger.wrote(block));
}

TEST_F(DamagedLedger, is_copied_whole_while_somebody_writes) {
    auto writer = Ledger::open(stored_.file(), stored_.genesis());
    ASSERT_TRUE(writer);
    const auto copy = stored_.directory() / "copy.db";
    ASSERT_TRUE(stored_.open().back_up_to(copy));
    EXPECT_FALSE(std::filesystem::exists(copy.string() + "-wal"));
    const auto backup = Ledger::open_read_only(copy, stored_.network().network());
    ASSERT_TRUE(backup) << backup.error().message;
    EXPECT_EQ(backup->height(), 4U);
    EXPECT_FALSE(stored_.open().back_up_to(copy)) << "nothing is overwritten";
    EXPECT_EQ(*Ledger::network_of(copy), stored_.network().network());
}

}  // namespace
}  // namespace fairfeed
