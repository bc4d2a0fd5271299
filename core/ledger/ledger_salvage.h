// A ledger that is damaged and cannot be mended in place becomes a new file with what is sound of
// it: the blocks from genesis up to the first that does not hold, every hash, certificate and
// signature verified again. The damaged file is kept under another name. What is missing comes from
// the peers (R14). The ledger must be closed. One thread.
#pragma once

#include <filesystem>

#include "core/ledger/ledger.h"
#include "core/wire/genesis_file_codec.h"

namespace fairfeed {

struct Salvage {
    std::filesystem::path aside;  // where the damaged file is now
    Height height = 0;            // of the tip of the new one
};

// Errors: the disk does not do it. Then, and after a power cut, finish_replacement() before the
// next opening does the rest, or nothing has happened.
[[nodiscard]] Result<Salvage, IoError> salvage_ledger(const std::filesystem::path& file,
                                                      const LoadedGenesis& genesis,
                                                      std::int64_t real_ms);

}  // namespace fairfeed
