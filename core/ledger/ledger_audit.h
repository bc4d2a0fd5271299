// Is a ledger's file whole, and is there nothing in it that should not be? Reads every page and
// every row, in one moment of a file that somebody may be writing to: SQLite's own structure with
// every index against its table both ways, one network, blocks and commits without gaps, and for
// each block a list of transactions without holes. What the blocks say is replay's to check, and
// whether each index entry is the right one examine_index()'s. Reads only; one thread.
#pragma once

#include <filesystem>

#include "core/base/result.h"
#include "core/io/io_error.h"

namespace fairfeed {

// Errors name what is wrong, with `damage`.
[[nodiscard]] Result<void, IoError> audit_ledger(const std::filesystem::path& file);

}  // namespace fairfeed
