// Replaces a damaged ledger that cannot be mended in place by a new file with its sound part: the
// blocks from genesis up to the first faulty one, every hash, certificate and signature verified
// again. The damaged file is kept under another name. The node gets the missing blocks from its
// peers (R14). The ledger must be closed. One thread.
#pragma once

#include <filesystem>

#include "core/ledger/ledger.h"
#include "core/wire/genesis_file_codec.h"

namespace fairfeed {

struct Salvage {
    std::filesystem::path aside;  // new path of the damaged file
    Height height = 0;            // of the new ledger's tip
};

// Errors: the disk fails. After an error or a power cut, finish_replacement() before the next
// opening completes the exchange, unless it had not begun.
[[nodiscard]] Result<Salvage, IoError> salvage_ledger(const std::filesystem::path& file,
                                                      const LoadedGenesis& genesis,
                                                      std::int64_t real_ms);

}  // namespace fairfeed
