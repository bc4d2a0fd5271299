// The ledger alone: after any power cut it opens by itself, holds every block whose commit returned
// and perhaps the one under way, whole, and verifies.
#include <gtest/gtest.h>

#include "core/ledger/chain_verifier.h"
#include "tests/crash/crash_enumeration.h"
#include "tests/support/test_network.h"

namespace fairfeed::test {
namespace {

constexpr Window kWindows = 6;
constexpr std::int64_t kCommittedMs = 4711;

const TestChain& true_chain() {
    static const TestNetwork kNetwork;
    static const TestChain kChain = [] {
        TestChain chain(kNetwork);
        for (Window window = 0; window < kWindows; ++window)
            chain.run_window({TestNetwork::cluster(1), TestNetwork::cluster(2)}, window);
        return chain;
    }();
    return kChain;
}

// Blocks up to `height`, in one life of the ledger. false: the disk failed.
bool commit_up_to(Height height, const std::filesystem::path& file, DiskRecording& recording) {
    auto ledger = Ledger::open(file, true_chain().network().genesis());
    if (!ledger) return false;
    for (const CommittedBlock& each : true_chain().blocks()) {
        const Height at = each.block.header.height;
        if (at <= ledger->height() || at > height) continue;
        if (!ledger->commit(each.block, each.certificate, kCommittedMs)) return false;
        recording.acknowledge();
    }
    return true;
}

// Closing in between writes the log back into the file.
void work(const std::filesystem::path& directory, DiskRecording& recording) {
    const std::filesystem::path file = directory / "ledger.db";
    if (commit_up_to(kWindows - 2, file, recording)) (void)commit_up_to(kWindows, file, recording);
}

void expect_block(const Ledger& ledger, const CommittedBlock& expected) {
    const Height height = expected.block.header.height;
    const auto block = ledger.block(height);
    ASSERT_TRUE(block) << block.error().message;
    ASSERT_TRUE(*block) << "block " << height << " is missing";
    ASSERT_EQ(**block, expected);
    const auto committed_at = ledger.committed_at_ms(height);
    ASSERT_TRUE(committed_at && *committed_at == kCommittedMs);
    for (const Transaction& transaction : expected.block.transactions) {
        const auto found = ledger.find_transaction(transaction.id);
        ASSERT_TRUE(found && *found == height) << "the index lacks a transaction";
    }
}

void check(const CutPoint& point, const std::filesystem::path& directory) {
    const auto& blocks = true_chain().blocks();
    const LoadedGenesis& genesis = true_chain().network().genesis();
    auto ledger = Ledger::open(directory / "ledger.db", genesis);
    ASSERT_TRUE(ledger) << ledger.error().message;
    const Height height = ledger->height();
    ASSERT_GE(height, point.acknowledged) << "a committed block is lost";
    ASSERT_LE(height, std::min<std::size_t>(point.acknowledged + 1, blocks.size()));
    for (Height at = 1; at <= height; ++at)
        expect_block(*ledger, blocks[at - 1]);
    const bool half = ledger->committed_at_ms(height + 1).value().has_value();
    ASSERT_FALSE(half) << "a note of a block that is not there";
    if (height == blocks.size()) return;
    const CommittedBlock& next = blocks[height];
    const auto done = ledger->commit(next.block, next.certificate, kCommittedMs);
    ASSERT_TRUE(done) << done.error().message;
    expect_block(*ledger, next);
}

// As `check`, and everything recomputed from genesis.
void check_and_verify(const CutPoint& point, const std::filesystem::path& directory) {
    check(point, directory);
    const LoadedGenesis& genesis = true_chain().network().genesis();
    const auto ledger = Ledger::open_read_only(directory / "ledger.db", genesis.network);
    ASSERT_TRUE(ledger) << ledger.error().message;
    const VerifyReport report = verify_ledger(*ledger, genesis, nullptr, {});
    ASSERT_TRUE(report.sound()) << report.fault->explanation;
}

TEST(LedgerCrash, every_power_cut_leaves_whole_blocks_that_verify) {
    const DiskHistory history = record(work);
    ASSERT_EQ(history.acknowledgements.size(), kWindows);
    std::map<std::size_t, std::size_t> verified;
    const auto some = [&](const CutPoint& point, const std::filesystem::path& directory) {
        // The blocks are compared with the true ones each time; verifying them again adds little.
        const bool verify = full_enumeration() || ++verified[point.acknowledged] <= 5;
        verify ? check_and_verify(point, directory) : check(point, directory);
    };
    enumerate_power_cuts("ledger", history, some);
}

TEST(LedgerCrash, a_failing_disk_is_reported_and_leaves_whole_blocks) {
    enumerate_disk_faults("ledger_faults", record(work), work, check);
}

}  // namespace
}  // namespace fairfeed::test
