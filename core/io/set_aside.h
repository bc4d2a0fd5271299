// Moves a damaged file aside under a name that contains "damaged" and the date. Nothing is ever
// deleted but a database's -shm, which holds no data. A -wal moves with its database; otherwise
// SQLite would apply it to the replacement.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/io/io_error.h"

namespace fairfeed {

// Puts `fresh`, a closed database in the same directory, in the place of `file`. The damaged file
// is renamed "<file>.damaged-20260801T170203Z", with "-2" and so on if that name is taken. Durable
// on return. Nothing is changed until `fresh` has the name "<that>.new". If power fails after that,
// finish_replacement() completes the exchange.
[[nodiscard]] Result<std::filesystem::path, IoError> replace_database(
    const std::filesystem::path& fresh, const std::filesystem::path& file, std::int64_t real_ms);
// Call before a database is opened. Returns the damaged file's name if an exchange was completed.
[[nodiscard]] Result<std::optional<std::filesystem::path>, IoError> finish_replacement(
    const std::filesystem::path& file);
// All damaged copies of this file that still exist, the oldest first.
[[nodiscard]] std::vector<std::filesystem::path> damaged_copies(const std::filesystem::path& file);
// For a small file whose name must exist at every moment: copies the file to a damaged name, then
// `content` (mode 0600) takes the file's place in one step.
[[nodiscard]] Result<std::filesystem::path, IoError> replace_damaged(
    const std::filesystem::path& file, ByteView content, std::int64_t real_ms);
// Renames a closed database, durably, over an existing file.
[[nodiscard]] Result<void, IoError> put_in_place(const std::filesystem::path& from,
                                                 const std::filesystem::path& to);
// Removes the -wal and -shm that readers leave beside a database without a writer.
[[nodiscard]] Result<void, IoError> keep_closed_database(const std::filesystem::path& file);
// Removes a database with its -wal and -shm, if it exists.
[[nodiscard]] Result<void, IoError> remove_database(const std::filesystem::path& file);

}  // namespace fairfeed
