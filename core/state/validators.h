// The validators, who decide blocks (R21). NODE adds a validator and REVOKE removes one, one change
// at a time. A change in block h takes effect at height h+2, with an epoch one higher and a new
// order by R3. DGMD decides on removals, and only while the network stays as large as the smallest
// one that tolerates a liar (R19). Pure.
#pragma once

#include "core/model/reject.h"
#include "core/state/state.h"

namespace fairfeed {

// Block 0: makes all its nodes validators. false: no node, or more than kMaxValidators.
[[nodiscard]] bool found_validators(ChainState& state);

// Whether the node may become a validator. Faults: change_pending, out_of_range (kMaxValidators),
// already_registered (another node has the key). In block 0 every node may.
[[nodiscard]] Result<void, Reject> check_joins(const ChainState& state,
                                               const NodeRegistration& node);
// Whether the node may cease to be a validator. Faults: unknown_node, revoked, change_pending,
// too_few_validators, still_allocated (the committee of an unsettled window names the node: DGMD
// must allocate a committee without it first). `earliest`: the first window for which a change may
// be effective.
[[nodiscard]] Result<void, Reject> check_leaves(const ChainState& state, const NodeId& node,
                                                Window earliest);

// Records a NODE or REVOKE in the block of this height. Returns the first height that the changed
// set decides.
Height schedule_change(ChainState& state, const NodeId& node, Height height);

// Sets `validators` to those that decide `height`. Call with ascending heights.
void advance_validators(ChainState& state, Height height);

}  // namespace fairfeed
