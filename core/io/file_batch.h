// FileBatch: many new files that become durable together, with one sync of their file system at the
// end instead of two for each. Each is created with its mode; none replaces another. Until finish()
// has returned, a power cut may take any of them. One thread.
#pragma once

#include <sys/types.h>

#include <filesystem>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/io/io_error.h"

namespace fairfeed {

class FileBatch {
  public:
    // Creates the missing directories of the path, each with `mode` whatever the umask is.
    [[nodiscard]] static Result<void, IoError> directory(const std::filesystem::path& path,
                                                         mode_t mode);
    // An existing file is an error, its content untouched; a failed one is removed.
    [[nodiscard]] static Result<void, IoError> file(const std::filesystem::path& path,
                                                    ByteView content, mode_t mode);
    // Makes all files and directories durable that lie on the file system of `anywhere`. Errors are
    // also those of writing back what was accepted before.
    [[nodiscard]] static Result<void, IoError> finish(const std::filesystem::path& anywhere);
};

}  // namespace fairfeed
