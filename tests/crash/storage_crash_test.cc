// The whole disk of a node, written turn by turn as four real nodes agree, with a power cut at
// every possible place.
#include <gtest/gtest.h>

#include "core/io/file.h"
#include "tests/crash/node_disk.h"

namespace fairfeed::test {
namespace {

const NodeDisk& node_disk() {
    static const NodeDisk kDisk;
    return kDisk;
}

void work(const std::filesystem::path& directory, DiskRecording& recording) {
    node_disk().work(directory, recording);
}

void check(const CutPoint& point, const std::filesystem::path& directory) {
    node_disk().check(point, directory);
}

TEST(StorageCrash, a_data_directory_made_at_the_first_start_does_not_go_with_the_power) {
    const DiskHistory history = record([](const auto& directory, DiskRecording&) {
        ASSERT_TRUE(make_directories(directory / "lib" / "node", 0700));
    });
    VirtualDisk disk(history.start);
    for (const DiskOperation& operation : history.operations)
        disk.perform(operation);
    EXPECT_TRUE(disk.after(Cut::lost, 0).directories.contains("lib/node"));
}

TEST(StorageCrash, no_power_cut_loses_what_was_acknowledged_or_makes_a_node_contradict_itself) {
    const DiskHistory history = record(work);
    ASSERT_EQ(history.acknowledgements.size(), NodeStory::get().turns().size());
    enumerate_power_cuts("storage", history, check);
}

// Node 1 is the leaving parent, node 2 a staying member, node 5 the new parent.
class StorageCrashInAChange : public ::testing::TestWithParam<std::size_t> {};

TEST_P(StorageCrashInAChange, loses_nothing_that_was_acknowledged_and_leaves_a_node_that_goes_on) {
    constexpr std::size_t kStep = 5;
    const NodeStory& story = NodeStory::of_change(TestNetwork::node(GetParam()));
    const NodeDisk disk(story);
    const DiskHistory history = record(
        [&](const auto& directory, DiskRecording& recording) { disk.work(directory, recording); });
    ASSERT_EQ(history.acknowledgements.size(), story.turns().size());
    enumerate_power_cuts(
        "change_" + story.self().str(), history,
        [&](const CutPoint& point, const auto& directory) { disk.check(point, directory); },
        {GetParam() % kStep, kStep});
}

INSTANTIATE_TEST_SUITE_P(Of, StorageCrashInAChange, ::testing::Values(1, 2, 5),
                         [](const auto& role) { return "node_" + std::to_string(role.param); });

TEST(StorageCrash, a_failing_disk_ends_the_node_and_loses_nothing) {
    enumerate_disk_faults("storage_faults", record(work), work, check);
}

}  // namespace
}  // namespace fairfeed::test
