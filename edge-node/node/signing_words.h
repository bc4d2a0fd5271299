// Messages to the operator while this node signs nothing (R22-R24): why, for how long, and what to
// do. Local text; docs/operations.md explains the same remedies at length.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/state/state.h"
#include "edge-node/consensus/replica.h"

namespace fairfeed {

// "signs", "starting", "silent", "stopped", "observer".
[[nodiscard]] std::string_view signing_state(const consensus::Snapshot& snapshot, bool starting);
// attested: other validators that have answered since the start. Empty: no fault.
[[nodiscard]] std::vector<std::string> signing_alarms(const consensus::Snapshot& snapshot,
                                                      std::size_t attested);
// Why the chain does not know this node, or no longer accepts it (NODE, REVOKE). Empty while it is
// a registered node with this key.
[[nodiscard]] std::string registration_alarm(const ChainState& state, const NodeId& self,
                                             const PublicKey& key);

}  // namespace fairfeed
