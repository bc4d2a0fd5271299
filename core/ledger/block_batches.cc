#include "core/ledger/block_batches.h"

#include <utility>

namespace fairfeed {

Result<void, IoError> BlockBatches::add(DatedBlock block) {
    weight_.add(block.committed.block.transactions);
    waiting_.push_back(std::move(block));
    const bool is_full = waiting_.size() >= limits_.blocks || weight_.envelopes >= limits_.bytes;
    return is_full ? finish() : written_;
}

Result<void, IoError> BlockBatches::finish() {
    if (written_ && !waiting_.empty()) written_ = to_.commit_all(waiting_);
    waiting_.clear();
    weight_ = {};
    return written_;
}

}  // namespace fairfeed
