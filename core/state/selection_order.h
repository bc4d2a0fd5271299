// The order in which a builder tries what waits for a block (R15): the department's notices by
// sequence, settlements by cluster, window and version. A habit of builders that makes room for the
// most; a block in another order is as good if it is valid. Pure; pointers into what waits.
#pragma once

#include <span>
#include <vector>

#include "core/model/transaction.h"

namespace fairfeed {

[[nodiscard]] std::vector<const Transaction*> registry_by_sequence(
    std::span<const Transaction> waiting);
[[nodiscard]] std::vector<const Transaction*> settlements_by_place(
    std::span<const Transaction> waiting);

}  // namespace fairfeed
