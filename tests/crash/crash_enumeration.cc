#include "tests/crash/crash_enumeration.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <iostream>
#include <set>

namespace fairfeed::test {
namespace {

using testing_support::TempDirectory;

constexpr std::uint64_t kOrders = 2;
constexpr std::uint64_t kFullOrders = 12;
constexpr std::size_t kFaultPlaces = 120;

void tell(const std::string& name, std::size_t points, std::size_t modes, std::size_t cuts,
          std::size_t disks) {
    ::testing::Test::RecordProperty(name + "_points", std::to_string(points));
    ::testing::Test::RecordProperty(name + "_modes", std::to_string(modes));
    ::testing::Test::RecordProperty(name + "_disks", std::to_string(disks));
    std::cout << "[ enumerate] " << name << ": " << points << " points x " << modes
              << " modes = " << cuts << " cuts, " << disks << " different disks reopened\n";
}

class Enumeration {
  public:
    Enumeration(const DiskCheck& check) : check_(check) {}

    // false: the check failed.
    [[nodiscard]] bool look_at(const VirtualDisk& disk, const CutPoint& point) {
        ++cuts_;
        const DiskImage image = disk.after(point.cut, point.seed);
        if (!seen_.insert({image.fingerprint(), point.acknowledged}).second) return true;
        image.lay_out(directory_.path());
        SCOPED_TRACE(describe(point));
        check_(point, directory_.path());
        return !::testing::Test::HasFailure();
    }
    [[nodiscard]] std::size_t cuts() const { return cuts_; }
    [[nodiscard]] std::size_t disks() const { return seen_.size(); }

  private:
    const DiskCheck& check_;
    TempDirectory directory_;
    std::set<std::pair<std::uint64_t, std::size_t>> seen_;
    std::size_t cuts_ = 0;
};

std::vector<std::pair<Cut, std::uint64_t>> modes(std::size_t operation) {
    std::vector<std::pair<Cut, std::uint64_t>> out = {
        {Cut::kept, 0}, {Cut::lost, 0}, {Cut::torn, 0}};
    const std::uint64_t orders = full_enumeration() ? kFullOrders : kOrders;
    for (std::uint64_t i = 0; i < orders; ++i)
        out.emplace_back(Cut::reordered, operation * kFullOrders + i);
    return out;
}

// Runs the work once with one failing operation. Then the check opens the files with the real code.
void try_fault(const DiskFault& fault, const DiskHistory& healthy, const DiskWork& work,
               const DiskCheck& check) {
    TempDirectory directory;
    healthy.start.lay_out(directory.path());
    CutPoint point{fault.first, Cut::kept, 0, 0};
    SCOPED_TRACE(describe(point) + (fault.once ? ", failed once" : ", failed for good"));
    {
        DiskRecording recording(directory.path(), fault);
        work(directory.path(), recording);
        ASSERT_TRUE(recording.has_failed()) << "the work did other operations than before";
        point.acknowledged = recording.history().acknowledgements.size();
    }
    // A failure between two acknowledgements (closing, checkpointing) may go unnoticed.
    const std::size_t least = healthy.acknowledged_before(fault.first);
    ASSERT_GE(point.acknowledged, least);
    check(point, directory.path());
}

}  // namespace

std::string describe(const CutPoint& point) {
    return "power cut before operation " + std::to_string(point.operation) + ", unsynced writes " +
           std::string(to_string(point.cut)) + " (seed " + std::to_string(point.seed) + "), " +
           std::to_string(point.acknowledged) + " acknowledged";
}

bool full_enumeration() {
    const char* wish = std::getenv("FAIRFEED_CRASH_FULL");
    return wish != nullptr && std::string_view(wish) == "1";
}

DiskHistory record(const DiskWork& work, const DiskImage& start) {
    const TempDirectory directory;
    start.lay_out(directory.path());
    DiskRecording recording(directory.path());
    work(directory.path(), recording);
    return recording.history();
}

void enumerate_power_cuts(const std::string& name, const DiskHistory& history,
                          const DiskCheck& check, CutRange range) {
    const auto& operations = history.operations;
    VirtualDisk disk(history.start);
    Enumeration enumeration(check);
    const std::size_t step = full_enumeration() ? 1 : range.step;
    std::size_t points = 0;
    for (std::size_t done = 0; done <= operations.size(); ++done) {
        if (done > 0) disk.perform(operations[done - 1]);
        if (done < range.from || (done - range.from) % step != 0) continue;
        ++points;
        const std::size_t acknowledged = history.acknowledged_before(done);
        for (const auto& [cut, seed] : modes(done))
            if (!enumeration.look_at(disk, {done, cut, seed, acknowledged})) return;
    }
    tell(name, points, modes(0).size(), enumeration.cuts(), enumeration.disks());
}

void enumerate_disk_faults(const std::string& name, const DiskHistory& healthy,
                           const DiskWork& work, const DiskCheck& check) {
    const std::size_t count = healthy.operations.size();
    const std::size_t stride =
        full_enumeration() ? 1 : std::max<std::size_t>(1, count / kFaultPlaces);
    std::size_t tried = 0;
    for (std::size_t at = 0; at < count; at += stride) {
        const bool full = (at / stride) % 3 == 2;
        for (const bool once : {false, true}) {
            try_fault({at, once, full ? ENOSPC : EIO}, healthy, work, check);
            if (::testing::Test::HasFailure()) return;
            ++tried;
        }
    }
    tell(name, tried / 2, 2, tried, tried);
}

}  // namespace fairfeed::test
