// Whether a block gives a holder of keys something to learn (key_ring.h). Pure.
#pragma once

#include <algorithm>

#include "core/model/block.h"

namespace fairfeed {

// Block 0 grants the first keys.
[[nodiscard]] inline bool grants_keys(const Block& block) {
    return block.header.height == 0 ||
           std::any_of(
               block.transactions.begin(), block.transactions.end(),
               [](const Transaction& each) { return each.kind == TransactionKind::key_grant; });
}

}  // namespace fairfeed
