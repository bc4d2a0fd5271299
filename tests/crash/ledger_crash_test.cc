// The ledger alone. After any power cut the ledger opens without help, holds every block whose
// commit returned and perhaps the whole block under way, and verifies.
#include <gtest/gtest.h>

#include "core/ledger/chain_verifier.h"
#include "core/wire/genesis_file_codec.h"
#include "tests/crash/crash_enumeration.h"
#include "tests/support/test_network.h"

namespace fairfeed::test {
namespace {

constexpr std::int64_t kCommittedMs = 4711;

// A chain of one block for each window, written into a ledger in two lives. Closing the ledger
// between the lives writes the log back into the file.
class Story {
  public:
    explicit Story(Window windows) : chain_(network_) {
        for (Window window = 0; window < windows; ++window)
            chain_.run_window({TestNetwork::cluster(1), TestNetwork::cluster(2)}, window);
    }
    [[nodiscard]] const std::vector<CommittedBlock>& blocks() const { return chain_.blocks(); }
    [[nodiscard]] const LoadedGenesis& genesis() const { return network_.genesis(); }

    void work(const std::filesystem::path& directory, DiskRecording& recording) const {
        const std::filesystem::path file = directory / "ledger.db";
        if (commit_up_to(blocks().size() - 2, file, recording))
            (void)commit_up_to(blocks().size(), file, recording);
    }
    void check(const CutPoint& point, const std::filesystem::path& directory) const;
    // Like `check`, and recomputes everything from genesis.
    void verify(const CutPoint& point, const std::filesystem::path& directory) const;

  private:
    // Commits in one life of the ledger. false: the disk failed.
    [[nodiscard]] bool commit_up_to(Height height, const std::filesystem::path& file,
                                    DiskRecording& recording) const {
        auto ledger = Ledger::open(file, genesis());
        if (!ledger) return false;
        for (const CommittedBlock& each : blocks()) {
            const Height at = each.block.header.height;
            if (at <= ledger->height() || at > height) continue;
            if (!ledger->commit(each.block, each.certificate, kCommittedMs)) return false;
            recording.acknowledge();
        }
        return true;
    }

    TestNetwork network_;
    TestChain chain_;
};

const Story& short_story() {
    static const Story kStory(6);
    return kStory;
}

DiskHistory record_story(const Story& story) {
    return record(
        [&](const auto& directory, DiskRecording& recording) { story.work(directory, recording); });
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

void Story::check(const CutPoint& point, const std::filesystem::path& directory) const {
    auto ledger = Ledger::open(directory / "ledger.db", genesis());
    ASSERT_TRUE(ledger) << ledger.error().message;
    const Height height = ledger->height();
    ASSERT_GE(height, point.acknowledged) << "a committed block is lost";
    ASSERT_LE(height, std::min<std::size_t>(point.acknowledged + 1, blocks().size()));
    for (Height at = 1; at <= height; ++at)
        expect_block(*ledger, blocks()[at - 1]);
    const bool half = ledger->committed_at_ms(height + 1).value().has_value();
    ASSERT_FALSE(half) << "a note of a block that is not there";
    if (height == blocks().size()) return;
    const CommittedBlock& next = blocks()[height];
    const auto done = ledger->commit(next.block, next.certificate, kCommittedMs);
    ASSERT_TRUE(done) << done.error().message;
    expect_block(*ledger, next);
}

void Story::verify(const CutPoint& point, const std::filesystem::path& directory) const {
    check(point, directory);
    const auto ledger = Ledger::open_read_only(directory / "ledger.db", genesis().network);
    ASSERT_TRUE(ledger) << ledger.error().message;
    const VerifyReport report = verify_ledger(*ledger, genesis(), nullptr, {});
    ASSERT_TRUE(report.sound()) << report.fault->explanation;
}

TEST(LedgerCrash, every_power_cut_leaves_whole_blocks_that_verify) {
    const Story& story = short_story();
    const DiskHistory history = record_story(story);
    ASSERT_EQ(history.acknowledgements.size(), story.blocks().size());
    std::map<std::size_t, std::size_t> verified;
    enumerate_power_cuts("ledger", history, [&](const auto& point, const auto& directory) {
        // The check compares the blocks with the true ones each time; repeated verification adds
        // little.
        const bool verify = full_enumeration() || ++verified[point.acknowledged] <= 5;
        verify ? story.verify(point, directory) : story.check(point, directory);
    });
}

TEST(LedgerCrash, a_failing_disk_is_reported_and_leaves_whole_blocks) {
    const Story& story = short_story();
    enumerate_disk_faults(
        "ledger_faults", record_story(story),
        [&](const auto& directory, DiskRecording& recording) { story.work(directory, recording); },
        [&](const auto& point, const auto& directory) { story.check(point, directory); });
}

// The first operation at which SQLite, in the middle of a life, writes a log of 1000 pages back
// into the file. SQLite then overwrites the old frames with the next ones.
std::size_t first_write_back(const DiskHistory& history) {
    const auto& operations = history.operations;
    const FileNumber database = operations.front().file;
    std::size_t at = history.acknowledgements.front();
    while (at < operations.size() &&
           (operations[at].kind != DiskOperation::Kind::write || operations[at].file != database))
        ++at;
    return at;
}

TEST(LedgerCrash, a_power_cut_while_a_long_log_is_written_back_loses_nothing) {
    const Story story(100);
    const DiskHistory history = record_story(story);
    const std::size_t begin = first_write_back(history);
    ASSERT_LT(begin, history.acknowledgements[story.blocks().size() - 3]) << "not in a life";
    enumerate_power_cuts(
        "ledger_long_log", history,
        [&](const auto& point, const auto& directory) { story.check(point, directory); },
        {begin - 20, 23});
}

}  // namespace
}  // namespace fairfeed::test
