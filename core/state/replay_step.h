// One executed block of a replay, with the states before and after it, and the fault found in it.
// Replay from a ledger and the commit of a new block both use these terms.
#pragma once

#include <string>

#include "core/model/block.h"
#include "core/state/state.h"

namespace fairfeed {

// The first fault found. reason: the name of a Reject, of an invariant, or of a fault of the ledger
// (`damaged`, `missing_block`, `wrong_genesis`, `wrong_index`). Without spaces.
struct ReplayFault {
    Height height = 0;
    std::string reason;
    std::string explanation;  // one line for a person
    bool operator==(const ReplayFault&) const = default;
};

// A valid block. For block 0 both states are the state after it.
struct ReplayStep {
    const CommittedBlock& committed;
    const ChainState& before;
    const ChainState& after;
};
}  // namespace fairfeed
