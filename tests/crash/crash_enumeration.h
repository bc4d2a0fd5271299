// Enumerates every moment at which the power can fail: between any two operations of a recording,
// with everything unsynced kept, lost, torn or reordered. Lays out each possible disk and lets a
// check open it with the real code; equal disks are checked once. Then does the same with a disk
// that fails instead. FAIRFEED_CRASH_FULL=1: more random orders, every failing operation.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "tests/support/disk_recording.h"
#include "tests/support/temp_directory.h"

namespace fairfeed::test {

struct CutPoint {
    std::size_t operation = 0;  // the number of operations done
    Cut cut = Cut::kept;
    std::uint64_t seed = 0;        // of a random order
    std::size_t acknowledged = 0;  // how many times the caller had been told of success
};
[[nodiscard]] std::string describe(const CutPoint& point);

// Examines the disk in `directory` and reports by gtest's assertions.
using DiskCheck =
    std::function<void(const CutPoint& point, const std::filesystem::path& directory)>;

[[nodiscard]] bool full_enumeration();

// Stops at the first disk that fails the check, since later disks would mostly fail alike. Prints
// and records the numbers of tried disks under `name`.
struct CutRange {
    std::size_t from = 0;
    std::size_t step = 1;  // 1 in a full enumeration
};
void enumerate_power_cuts(const std::string& name, const DiskHistory& history,
                          const DiskCheck& check, CutRange range = {});

// `work` writes below the directory and acknowledges each success; `work` returns early on an
// error. enumerate_disk_faults repeats the work with a failing operation at every few places (full:
// at every place), failing once or for good, with EIO and ENOSPC. `work` must notice the failure
// before its next acknowledgement.
using DiskWork =
    std::function<void(const std::filesystem::path& directory, DiskRecording& recording)>;
// `start`: the content of the directory before the work.
[[nodiscard]] DiskHistory record(const DiskWork& work, const DiskImage& start = {});
void enumerate_disk_faults(const std::string& name, const DiskHistory& healthy,
                           const DiskWork& work, const DiskCheck& check);

}  // namespace fairfeed::test
