// The safety record's file alone. After any power cut the file holds the last record whose write
// returned, or the one that was being written.
#include <gtest/gtest.h>

#include <array>

#include "core/io/slot_file.h"
#include "tests/crash/crash_enumeration.h"

namespace fairfeed::test {
namespace {

using testing_support::TempDirectory;

constexpr std::array<std::size_t, 12> kSizes = {1,    300,  4000, 0,   17, 2047,
                                                2048, 4000, 5,    999, 0,  64};

Bytes payload(std::size_t index) {
    Bytes bytes(kSizes[index]);
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<std::uint8_t>(i * 7 + index + 1);
    return bytes;
}

// Writes in two lives, so that a reopened file is written to as well.
void work(const std::filesystem::path& directory, DiskRecording& recording) {
    for (const std::size_t life : {0U, 1U}) {
        auto file = SlotFile::open(directory / "safety.slot");
        if (!file) return;
        for (std::size_t i = life * 6; i < life * 6 + 6; ++i) {
            if (!file->write(payload(i))) return;
            recording.acknowledge();
        }
    }
}

void check(const CutPoint& point, const std::filesystem::path& directory) {
    const std::size_t known = point.acknowledged;
    {
        auto file = SlotFile::open(directory / "safety.slot");
        ASSERT_TRUE(file) << file.error().message;
        const bool old = file->record() == (known == 0 ? Bytes() : payload(known - 1));
        const bool in_progress = known < kSizes.size() && file->record() == payload(known);
        ASSERT_TRUE(old || in_progress) << "record of " << file->record().size() << " bytes";
        ASSERT_TRUE(file->sequence() == known || file->sequence() == known + 1);
        ASSERT_TRUE(file->write(Bytes{42}));
    }
    auto again = SlotFile::open(directory / "safety.slot");
    ASSERT_TRUE(again) << again.error().message;
    ASSERT_EQ(again->record(), Bytes{42});
}

TEST(SafetySlotCrash, no_power_cut_takes_back_a_record_that_was_written) {
    const DiskHistory history = record(work);
    ASSERT_EQ(history.acknowledgements.size(), kSizes.size());
    enumerate_power_cuts("safety_slot", history, check);
}

TEST(SafetySlotCrash, a_failing_disk_is_reported_and_takes_back_nothing) {
    enumerate_disk_faults("safety_slot_faults", record(work), work, check);
}

// A test of the enumeration itself: on a disk whose syncs do nothing, the enumeration must find the
// loss.
TEST(SafetySlotCrash, the_enumeration_finds_what_a_disk_that_lies_about_syncs_loses) {
    DiskHistory history = record(work);
    for (DiskOperation& operation : history.operations) {
        // An empty write keeps the numbering.
        if (operation.kind == DiskOperation::Kind::sync) {
            operation.kind = DiskOperation::Kind::write;
            operation.bytes.clear();
        }
    }
    std::size_t lost = 0;
    const auto count = [&](const CutPoint& point, const std::filesystem::path& directory) {
        const auto file = SlotFile::open(directory / "safety.slot");
        const std::size_t known = point.acknowledged;
        if (!file || file->sequence() < known) ++lost;
    };
    enumerate_power_cuts("safety_slot_lying", history, count);
    EXPECT_GT(lost, kSizes.size());
}

}  // namespace
}  // namespace fairfeed::test
