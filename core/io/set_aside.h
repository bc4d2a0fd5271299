// Moves a damaged file out of the way under a name that says so, with the date; nothing is ever
// deleted but a database's -shm, which holds no data. A -wal goes with its database: left behind it
// would be read into whatever takes the database's place.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/io/io_error.h"

namespace fairfeed {

// Puts `fresh`, a database that is closed and beside `file`, in its place. The damaged one's name
// from then on: "<file>.damaged-20260801T170203Z", with "-2" and so on if that is taken. Durable on
// return. Until `fresh` has the name "<that>.new" nothing is changed; from then on the power may
// go, and finish_replacement() does the rest.
[[nodiscard]] Result<std::filesystem::path, IoError> replace_database(
    const std::filesystem::path& fresh, const std::filesystem::path& file, std::int64_t real_ms);
// For whoever opens the database. Where the damaged one is, if there was something to finish.
[[nodiscard]] Result<std::optional<std::filesystem::path>, IoError> finish_replacement(
    const std::filesystem::path& file);
// All that was ever set aside of this file and is still there, the oldest first.
[[nodiscard]] std::vector<std::filesystem::path> damaged_copies(const std::filesystem::path& file);
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
