// Whole files: read with a cap, written so that a reader sees either the old or the new content.
// Not for keys (core/crypto/key_file.h) and not for records that change often.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/io/io_error.h"

namespace fairfeed {

constexpr std::size_t kMaxFileBytes = std::size_t{64} * 1024 * 1024;

// Errors: the file is missing, not readable, not a regular file, or longer than `max_bytes`.
[[nodiscard]] Result<Bytes, IoError> read_file(const std::filesystem::path& file,
                                               std::size_t max_bytes = kMaxFileBytes);
[[nodiscard]] Result<std::string, IoError> read_text_file(const std::filesystem::path& file,
                                                          std::size_t max_bytes = kMaxFileBytes);

// Temporary file in the same directory, fsync, rename, fsync of the directory. Replaces `file`.
[[nodiscard]] Result<void, IoError> write_file_atomically(const std::filesystem::path& file,
                                                          ByteView content, mode_t mode = 0644);
[[nodiscard]] Result<void, IoError> write_file_atomically(const std::filesystem::path& file,
                                                          std::string_view content,
                                                          mode_t mode = 0644);

// The same without a sync, through `file`.new: for content that is useless after a power cut and
// whose syncs would wear a card out. One writer.
[[nodiscard]] Result<void, IoError> replace_file(const std::filesystem::path& file,
                                                 std::string_view content, mode_t mode = 0644);

// Makes created, renamed and removed names in the file's directory durable.
[[nodiscard]] Result<void, IoError> sync_directory_of(const std::filesystem::path& file);

// Creates the missing directories of the path, each with `mode` whatever the umask is; durable on
// return.
[[nodiscard]] Result<void, IoError> make_directories(const std::filesystem::path& directory,
                                                     mode_t mode = 0755);

}  // namespace fairfeed
