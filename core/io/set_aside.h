// Moves a damaged file out of the way under a name that says so, with the date; nothing is ever
// deleted but a database's -shm, which holds no data. A -wal beside it goes first: left behind it
// would be read into whatever takes the database's place.
#pragma once

#include <cstdint>
#include <filesystem>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/io/io_error.h"

namespace fairfeed {

// "<file>.damaged-20260801T170203Z", with "-2" and so on if that is taken. Durable on return; a
// file that is not there is not moved.
[[nodiscard]] Result<std::filesystem::path, IoError> set_aside(const std::filesystem::path& file,
                                                               std::int64_t real_ms);
// For a small file whose name must at no moment be missing: a copy of it goes to such a name, then
// `content` (mode 0600) takes the file's place in one step.
[[nodiscard]] Result<std::filesystem::path, IoError> replace_damaged(
    const std::filesystem::path& file, ByteView content, std::int64_t real_ms);
// Renames a database that is closed, durably, over what stands there.
[[nodiscard]] Result<void, IoError> put_in_place(const std::filesystem::path& from,
                                                 const std::filesystem::path& to);
// Removes the -wal and -shm that readers of a database nobody writes to leave behind.
[[nodiscard]] Result<void, IoError> keep_closed_database(const std::filesystem::path& file);
// Removes a database with its -wal and -shm, if it is there.
[[nodiscard]] Result<void, IoError> remove_database(const std::filesystem::path& file);

}  // namespace fairfeed
