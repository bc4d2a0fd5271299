// Writes down, in order, everything that is done to the files beneath a directory: what SQLite does
// (through a VFS that is SQLite's default from the first recording on) and what core/io/file.cc,
// core/io/slot_file.cc and core/io/sqlite.cc do by themselves (through the linker's --wrap: targets
// that use it link the options of tests/CMakeLists.txt). The program under test is not changed. Can
// also let operations fail, as a dying or full disk would. Syncs never reach the real disk. One
// recording at a time, one thread.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/virtual_disk.h"

namespace fairfeed::test {

// From operation `first` on, or that one only.
struct DiskFault {
    std::size_t first = 0;
    bool once = false;
    int error = 5;  // EIO
};

// What was done, and when the caller heard that it had succeeded.
struct DiskHistory {
    DiskImage start;
    std::vector<DiskOperation> operations;
    std::vector<std::size_t> acknowledgements;  // each: how many operations stood before it

    [[nodiscard]] std::size_t acknowledged_before(std::size_t operation) const;
};

class DiskRecording {
  public:
    explicit DiskRecording(const std::filesystem::path& root,
                           std::optional<DiskFault> fault = std::nullopt);
    ~DiskRecording();
    DiskRecording(const DiskRecording&) = delete;
    DiskRecording& operator=(const DiskRecording&) = delete;

    // What was under way is acknowledged: the caller heard that it succeeded.
    void acknowledge() { history_.acknowledgements.push_back(history_.operations.size()); }
    [[nodiscard]] const DiskHistory& history() const { return history_; }
    // Some operation failed because it had to.
    [[nodiscard]] bool has_failed() const { return failed_; }

    // For the shims. A path that is not watched is nobody's business. Each returns the errno the
    // operation must fail with, or 0: do it.
    [[nodiscard]] static DiskRecording* of(const std::string& path);
    [[nodiscard]] int write(const std::string& path, std::uint64_t offset, ByteView bytes);
    [[nodiscard]] int truncate(const std::string& path, std::uint64_t length);
    [[nodiscard]] int sync(const std::string& path);
    [[nodiscard]] int sync_names(const std::string& directory);
    [[nodiscard]] int create(const std::string& path, bool directory);
    [[nodiscard]] int remove(const std::string& path);
    [[nodiscard]] int rename(const std::string& from, const std::string& to);

  private:
    [[nodiscard]] std::string relative(const std::string& path) const;
    [[nodiscard]] FileNumber number_of(const std::string& path) const;
    [[nodiscard]] int add(DiskOperation operation);

    std::string root_;  // with a slash at its end
    DiskHistory history_;
    std::optional<DiskFault> fault_;
    bool failed_ = false;
    std::map<std::string, FileNumber> numbers_;
    FileNumber last_number_ = kNoFile;
};

// Called by the first recording.
void install_recording_vfs();

}  // namespace fairfeed::test
