// Reads the whole ledger again and again, a few blocks at a time, so that one pass takes `pass_ms`.
// Each look opens the file anew, because SQLite's cache would show what was written instead of what
// the disk holds. Reports damage; the caller mends. Reads only. One thread.
#pragma once

#include <filesystem>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "core/base/units.h"
#include "core/ledger/ledger.h"

namespace fairfeed {

struct DamagedBlock {
    Height height = 0;
    std::string reason;
};

class Scrub {
  public:
    // A day of the grid, but with a lower limit, because in a laboratory days pass in seconds.
    [[nodiscard]] static std::int64_t pass_ms(std::int64_t speed);

    Scrub(std::filesystem::path ledger, const Digest& network, std::int64_t pass_ms)
        : ledger_(std::move(ledger)), network_(network), pass_ms_(pass_ms) {}

    // Checks the blocks that are due. `chain`: the certified ids by height, genesis first. An error
    // with `damage`: the file as a whole is damaged.
    [[nodiscard]] Result<std::vector<DamagedBlock>, IoError> look(std::span<const Digest> chain,
                                                                  Instant now);
    // Checks this block now.
    [[nodiscard]] Result<void, IoError> look_at(std::span<const Digest> chain, Height height) const;

    [[nodiscard]] std::uint64_t blocks() const { return blocks_; }  // checked so far
    [[nodiscard]] std::uint64_t passes() const { return passes_; }  // whole ones

  private:
    [[nodiscard]] std::size_t due(Height height, Instant now);

    std::filesystem::path ledger_;
    Digest network_;
    std::int64_t pass_ms_;
    Height next_ = 1;
    std::int64_t looked_at_ms_ = 0;  // steady; 0: never
    std::int64_t owed_ = 0;          // blocks times milliseconds
    std::uint64_t blocks_ = 0;
    std::uint64_t passes_ = 0;
};

}  // namespace fairfeed
