// FileLock: an exclusive lock that one process holds for its lifetime; the system releases the lock
// of a killed process. The lock file is created once and never removed or replaced, so two
// processes can never lock two files of the same name. Held by the object; one thread.
#pragma once

#include <filesystem>
#include <string_view>

#include "core/base/result.h"
#include "core/io/io_error.h"

namespace fairfeed {

class FileLock {
  public:
    // Locks `file`.lock, after following links. Error: "<what> is in use by another process", with
    // the command that tells which; or the lock file cannot be created.
    [[nodiscard]] static Result<FileLock, IoError> take(const std::filesystem::path& file,
                                                        std::string_view what);
    FileLock(FileLock&& other) noexcept;
    FileLock& operator=(FileLock&&) = delete;
    ~FileLock();

  private:
    explicit FileLock(int descriptor) : descriptor_(descriptor) {}
    int descriptor_;  // -1 when moved from
};

}  // namespace fairfeed
