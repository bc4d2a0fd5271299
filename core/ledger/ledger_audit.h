// Checks that a ledger's file is complete and holds nothing else. Reads every page and every row,
// in one snapshot of a file that may have a writer: SQLite's own structure with every index against
// its table both ways, one network, blocks and commits without gaps, and for each block a list of
// transactions without holes. Replay checks the content of the blocks, and examine_index() the
// entries of the index. Reads only; one thread.
#pragma once

#include <filesystem>

#include "core/base/result.h"
#include "core/io/io_error.h"

namespace fairfeed {

// Errors name the fault, with `damage`.
[[nodiscard]] Result<void, IoError> audit_ledger(const std::filesystem::path& file);

}  // namespace fairfeed
