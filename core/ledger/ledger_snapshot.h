// A snapshot of the public state, held against the ledger of the same node. The chain itself tells
// whether the state is right: the header of the next block carries its app hash. Reads only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/ledger/ledger.h"
#include "core/state/state.h"

namespace fairfeed {

// Whether this is the state after a block of the ledger that has another one behind it. The error
// says why not, for a person.
[[nodiscard]] Result<void, std::string> check_snapshot(const Ledger& ledger,
                                                       const ChainState& state);

// The readings with these ids, in their order; each block is read once. nullopt: one of them is not
// in the ledger, or its block is damaged.
[[nodiscard]] std::optional<std::vector<SignedReading>> readings_in(const Ledger& ledger,
                                                                    const std::vector<Digest>& ids);

}  // namespace fairfeed
