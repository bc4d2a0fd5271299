// One block of a chain that is executed again, with the states around it, and what can be wrong
// with it. Whoever follows a chain block by block is told in these terms, whether the blocks come
// from a ledger or were committed just now.
#pragma once

#include <string>

#include "core/model/block.h"
#include "core/state/state.h"

namespace fairfeed {

// The first thing that is wrong. reason: the name of a Reject, or one of the ledger's own
// (`damaged`, `missing_block`, `wrong_genesis`, `wrong_index`), or an invariant's. Without spaces.
struct ReplayFault {
    Height height = 0;
    std::string reason;
    std::string explanation;  // one line for a person
    bool operator==(const ReplayFault&) const = default;
};

// One block, valid. For block 0 both states are the state after it.
struct ReplayStep {
    const CommittedBlock& committed;
    const ChainState& before;
    const ChainState& after;
};
}  // namespace fairfeed
