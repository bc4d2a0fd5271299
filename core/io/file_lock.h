// FileLock: a file that at most one process has, for as long as it lives; a killed process gives it
// up. The file beside what it guards is made once and never removed or replaced, so that no two
// processes can hold two files of one name. Held by the object; one thread.
#pragma once

#include <filesystem>
#include <string_view>

#include "core/base/result.h"
#include "core/io/io_error.h"

namespace fairfeed {

class FileLock {
  public:
    // `file`.lock is what is locked; links are followed first. Error: "<what> is in use by another
    // process", with the command that tells which; or the lock cannot be made.
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
