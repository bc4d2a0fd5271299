// A backup of a node's ledger. After any power cut the backup either is whole and verifies, or has
// no file under its name. The node's own files stay unchanged. The next backup succeeds as if no
// power cut had happened.
#include <gtest/gtest.h>

#include <sstream>

#include "core/ledger/chain_verifier.h"
#include "edge-node/commands/backup.h"
#include "edge-node/commands/opened_ledger.h"
#include "tests/crash/node_disk.h"

namespace fairfeed::test {
namespace {

const std::string kTarget = "backups/ledger.db";

const NodeStory& story() {
    return NodeStory::get();
}

// After 5/6 of the story, the database file holds the first life's blocks and the log holds the
// second's.
DiskImage start_of(bool killed) {
    DiskImage image =
        killed ? NodeDisk::after_kill(story().turns().size() * 5 / 6) : NodeDisk::after_stop();
    image.directories.insert("backups");
    return image;
}

int back_up(const std::filesystem::path& directory, std::string& said) {
    std::ostringstream out;
    const int code = run_backup({directory / "data", directory / kTarget}, out, out);
    said = out.str();
    return code;
}

void work(const std::filesystem::path& directory, DiskRecording& recording) {
    std::string said;
    if (back_up(directory, said) == kExitOk) recording.acknowledge();
}

Height height_of(const DiskImage& image) {
    const testing_support::TempDirectory directory;
    image.lay_out(directory.path());
    const auto ledger =
        Ledger::open_read_only(directory / "data/ledger.db", story().network().network());
    CHECK(ledger.has_value());
    return ledger->height();
}

class BackedUp {
  public:
    explicit BackedUp(bool killed) : start_(start_of(killed)), height_(height_of(start_)) {}

    [[nodiscard]] const DiskImage& start() const { return start_; }

    void check(const CutPoint& point, const std::filesystem::path& directory) {
        expect_own_files_untouched(directory);
        const bool there = std::filesystem::exists(directory / kTarget);
        ASSERT_TRUE(there || point.acknowledged == 0) << "a backup that was reported is gone";
        if (there) {
            ASSERT_NO_FATAL_FAILURE(expect_whole(directory));
        }
        std::string said;
        const int again = back_up(directory, said);
        ASSERT_EQ(again, there ? kExitUsage : kExitOk) << said;
        ASSERT_NO_FATAL_FAILURE(expect_whole(directory));
        if (there) return;
        for (const auto& [name, content] : DiskImage::read(directory).files)
            ASSERT_EQ(name.find(".part"), std::string::npos) << name << " is left behind";
        expect_own_files_untouched(directory);
    }

  private:
    void expect_own_files_untouched(const std::filesystem::path& directory) const {
        const DiskImage now = DiskImage::read(directory);
        for (const auto& [name, content] : start_.files) {
            const auto found = now.files.find(name);
            ASSERT_TRUE(found != now.files.end()) << name << " is gone";
            ASSERT_EQ(found->second, content) << name << " was changed";
        }
    }
    void expect_whole(const std::filesystem::path& directory) {
        const auto copy = Ledger::open_read_only(directory / kTarget, story().network().network());
        ASSERT_TRUE(copy) << copy.error().message;
        ASSERT_EQ(copy->height(), height_);
        for (Height height = 1; height <= height_; ++height) {
            const auto block = copy->block(height);
            ASSERT_TRUE(block && *block) << "block " << height;
            ASSERT_EQ(**block, story().blocks()[height - 1]);
        }
        // The check compares the blocks with the true ones each time; repeated verification adds
        // little.
        if (!full_enumeration() && ++verified_ > 5) return;
        const auto report = verify_ledger(*copy, story().network().genesis(), nullptr, {});
        ASSERT_TRUE(report.sound()) << report.fault->explanation;
    }

    DiskImage start_;
    Height height_;
    std::size_t verified_ = 0;
};

void enumerate(const std::string& name, bool killed) {
    BackedUp backup(killed);
    const DiskHistory history = record(work, backup.start());
    ASSERT_EQ(history.acknowledgements.size(), 1U);
    enumerate_power_cuts(name, history, [&](const auto& point, const auto& directory) {
        backup.check(point, directory);
    });
}

TEST(BackupCrash, of_a_stopped_node_is_whole_or_not_there) {
    enumerate("backup", false);
}
TEST(BackupCrash, of_a_node_with_its_newest_blocks_in_the_log_is_whole_or_not_there) {
    enumerate("backup_log", true);
}

TEST(BackupCrash, on_a_failing_disk_is_reported_and_the_next_one_is_made) {
    BackedUp backup(false);
    enumerate_disk_faults(
        "backup_faults", record(work, backup.start()), work,
        [&](const auto& point, const auto& directory) { backup.check(point, directory); });
}

}  // namespace
}  // namespace fairfeed::test
