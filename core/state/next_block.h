// The block that comes next on a state: its header follows from the state, the transactions and
// the time. Nodes build with it, and so do the tests, so both fill in the same header. Pure; what
// is built here is judged by execute_block (execution.h).
#pragma once

#include <optional>
#include <vector>

#include "core/model/block.h"
#include "core/state/state.h"

namespace fairfeed {

// `parent_certificate` is that of the state's tip; nullopt: the tip is block 0. `time_ms` is Unix
// time and is taken as it is.
[[nodiscard]] Block next_block(const ChainState& state, const NodeId& proposer,
                               std::vector<Transaction> transactions,
                               const std::optional<QuorumCertificate>& parent_certificate,
                               std::int64_t time_ms);

}  // namespace fairfeed
