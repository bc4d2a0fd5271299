// Records, in order, every change to the files below a directory: SQLite's writes (through a VFS
// that is SQLite's default from the first recording on), and the calls of core/io/file.cc,
// core/io/slot_file.cc and core/io/sqlite.cc (through the linker's --wrap: targets that use it link
// the options of tests/CMakeLists.txt). The program under test is not changed. Can also make
// operations fail, as a failing or full disk would. Syncs never reach the real disk. One recording
// at a time, one thread.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/virtual_disk.h"

namespace fairfeed::test {

// Fails every operation from `first` on, or that one only.
struct DiskFault {
    std::size_t first = 0;
    bool once = false;
    int error = 5;  // EIO
};

// The recorded operations, and the moments at which the caller was told of success.
struct DiskHistory {
    DiskImage start;
    std::vector<DiskOperation> operations;
    std::vector<std::size_t> acknowledgements;  // each: the number of operations before it

    [[nodiscard]] std::size_t acknowledged_before(std::size_t operation) const;
};

class DiskRecording {
  public:
    explicit DiskRecording(const std::filesystem::path& root,
                           std::optional<DiskFault> fault = std::nullopt);
    ~DiskRecording();
    DiskRecording(const DiskRecording&) = delete;
    DiskRecording& operator=(const DiskRecording&) = delete;

    // Records that the caller was told of success.
    void acknowledge() { history_.acknowledgements.push_back(history_.operations.size()); }
    [[nodiscard]] const DiskHistory& history() const { return history_; }
    // Whether an injected fault has struck.
    [[nodiscard]] bool has_failed() const { return failed_; }

    // For the shims. nullptr: the path is not recorded. Each of these functions returns the errno
    // with which the operation must fail, or 0 to perform it.
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
