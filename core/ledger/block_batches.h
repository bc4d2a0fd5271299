// BlockBatches: appends many blocks to a ledger, several in one durable transaction, and never
// holds more of them in memory than its limits say: a ledger may be of gigabytes, and one block of
// 40 MB. One thread.
#pragma once

#include <vector>

#include "core/ledger/ledger.h"
#include "core/state/block_size.h"

namespace fairfeed {

class BlockBatches {
  public:
    // A batch is written as soon as it reaches one of these.
    struct Limits {
        std::size_t blocks = 256;
        std::size_t bytes = 64'000'000;  // of the transactions' envelopes
    };
    // `to` outlives this object.
    explicit BlockBatches(Ledger& to) : BlockBatches(to, Limits()) {}
    BlockBatches(Ledger& to, const Limits& limits) : to_(to), limits_(limits) {}

    // The next block of the ledger. After an error nothing is written any more.
    [[nodiscard]] Result<void, IoError> add(DatedBlock block);
    // Writes what still waits. Errors: the first one of all writes.
    [[nodiscard]] Result<void, IoError> finish();

  private:
    Ledger& to_;
    Limits limits_;
    std::vector<DatedBlock> waiting_;
    BlockSize weight_;  // of these
    Result<void, IoError> written_;
};

}  // namespace fairfeed
