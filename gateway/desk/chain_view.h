// The state after the newest block of the office's own ledger, kept between questions and moved on
// by the blocks that came since, for those who do not own the service's state. Any thread.
#pragma once

#include <filesystem>
#include <mutex>
#include <optional>
#include <string>

#include "core/base/result.h"
#include "core/state/state.h"
#include "core/wire/genesis_file_codec.h"

namespace fairfeed {

// The state after the last block of the ledger; while there is no such file, that after block 0.
// Certificates are verified, and every signature unless `trusts`: then who wrote the ledger did.
// Error: a line for a person, with the file's name.
[[nodiscard]] Result<ChainState, std::string> load_chain_state(const LoadedGenesis& genesis,
                                                               const std::filesystem::path& ledger,
                                                               bool trusts = false);

class ChainView {
  public:
    // `genesis` outlives this.
    ChainView(const LoadedGenesis& genesis, std::filesystem::path ledger)
        : genesis_(genesis), ledger_(std::move(ledger)) {}
    // The first question plays the ledger from its beginning.
    [[nodiscard]] Result<ChainState, std::string> state();

  private:
    const LoadedGenesis& genesis_;
    std::filesystem::path ledger_;
    std::mutex mutex_;
    std::optional<ChainState> known_;
};

}  // namespace fairfeed
