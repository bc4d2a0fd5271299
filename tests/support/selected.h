// What a builder selects of waiting transactions, as values: a block can be made of them.
#pragma once

#include <vector>

#include "core/state/execution.h"

namespace fairfeed::test {

[[nodiscard]] inline std::vector<Transaction> selected_of(const ChainState& state,
                                                          const std::vector<Transaction>& waiting,
                                                          std::int64_t time_ms,
                                                          SignatureChecker& signatures) {
    std::vector<const Transaction*> places;
    for (const Transaction& transaction : waiting)
        places.push_back(&transaction);
    std::vector<Transaction> selected;
    for (const Transaction* each : select_transactions(state, places, time_ms, signatures))
        selected.push_back(*each);
    return selected;
}

}  // namespace fairfeed::test
