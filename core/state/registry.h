// DGMD's transactions on the public state: nodes, meters, clusters, capacities, keys and prices
// (protocol 4). A change takes effect with a window that has not begun when the block is made, so a
// change never alters the meaning of a past measurement. Signatures and approvals are checked in
// office_rules.h. Pure; check first, apply only what was checked.
#pragma once

#include <vector>

#include "core/base/result.h"
#include "core/model/reject.h"
#include "core/model/transaction.h"
#include "core/state/state.h"

namespace fairfeed {

// The notice's sequence number; 0 for content of any other kind.
[[nodiscard]] std::uint64_t registry_sequence(const TransactionContent& content);

// Whether notices of this drafter count: DGMD's gateway drafts, and any officer in force may.
[[nodiscard]] bool may_draft(const ChainState& state, const NodeId& drafter);

// Whether each ephemeral key is a point of the curve. A key wrapped with anything else could not be
// unwrapped.
[[nodiscard]] bool are_wrapped_with_points(const std::vector<KeyGrantEntry>& entries);

// Whether the notice may enter the block of this height and header time: not expired, in sequence,
// and by the rules of its kind. Block 0, where nothing expires, may set up windows
// from the first on. A later block may set up only windows after the one that contains its header
// time.
[[nodiscard]] Result<void, Reject> check_registry(const ChainState& state,
                                                  const Transaction& transaction, Height height,
                                                  std::int64_t time_ms);

// CHECKs that the content is of DGMD's kinds.
void apply_registry(ChainState& state, const Transaction& transaction, Height height,
                    std::int64_t time_ms);

}  // namespace fairfeed
