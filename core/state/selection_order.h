// The order in which a builder tries waiting transactions (R15): DGMD's notices by sequence,
// settlements by cluster, window and version. Builders use this order because it fits the most into
// a block; no rule requires it of a valid block. Pure; holds pointers into the waiting
// transactions.
#pragma once

#include <span>
#include <vector>

#include "core/model/transaction.h"

namespace fairfeed {

[[nodiscard]] std::vector<const Transaction*> registry_by_sequence(
    std::span<const Transaction* const> waiting);
[[nodiscard]] std::vector<const Transaction*> settlements_by_place(
    std::span<const Transaction* const> waiting);

}  // namespace fairfeed
