// Every place where the power can go: between any two operations of a recording, with everything
// that was not synced kept, lost, torn or reordered. Lays each disk out that can result and lets a
// check look at it with the real code; equal disks are looked at once. Then the same with a disk
// that fails instead. FAIRFEED_CRASH_FULL=1: more random orders, every failing operation.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "tests/support/disk_recording.h"
#include "tests/support/temp_directory.h"

namespace fairfeed::test {

struct CutPoint {
    std::size_t operation = 0;  // this many had been done
    Cut cut = Cut::kept;
    std::uint64_t seed = 0;        // of a random order
    std::size_t acknowledged = 0;  // how many times the caller had heard that it succeeded
};
[[nodiscard]] std::string describe(const CutPoint& point);

// Looks at the disk in `directory`; reports by gtest's assertions.
using DiskCheck =
    std::function<void(const CutPoint& point, const std::filesystem::path& directory)>;

[[nodiscard]] bool full_enumeration();

// Ends early at the first disk that fails the check: the next thousand would fail like it. Prints
// and records what was tried under `name`.
struct CutRange {
    std::size_t from = 0;
    std::size_t step = 1;  // 1 in a full enumeration
};
void enumerate_power_cuts(const std::string& name, const DiskHistory& history,
                          const DiskCheck& check, CutRange range = {});

// `work` writes beneath the directory and acknowledges; it returns early when it is told of an
// error. Repeated with a failing operation in every (full) or every few places, once and for good,
// with EIO and ENOSPC: it must have heard of the failure before the next acknowledgement.
using DiskWork =
    std::function<void(const std::filesystem::path& directory, DiskRecording& recording)>;
// `start`: what lies in the directory before.
[[nodiscard]] DiskHistory record(const DiskWork& work, const DiskImage& start = {});
void enumerate_disk_faults(const std::string& name, const DiskHistory& healthy,
                           const DiskWork& work, const DiskCheck& check);

}  // namespace fairfeed::test
