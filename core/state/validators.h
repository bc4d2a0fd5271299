// Who decides blocks (R21): NODE adds a validator and REVOKE removes one, one at a time. A change
// in block h decides from height h+2 on, with its epoch one higher and the order of R3 computed
// anew. Removing is DGMD's decision, and only while the network stays as large as the smallest one
// that tolerates a liar (R19). Pure.
#pragma once

#include "core/model/reject.h"
#include "core/state/state.h"

namespace fairfeed {

// Block 0: all its nodes. false: there are none, or more than kMaxValidators.
[[nodiscard]] bool found_validators(ChainState& state);

// May the node become a validator? Refused: change_pending, out_of_range (kMaxValidators),
// already_registered (its key is another node's). Always in block 0.
[[nodiscard]] Result<void, Reject> check_joins(const ChainState& state,
                                               const NodeRegistration& node);
// May the node cease to be one? Refused: unknown_node, revoked, change_pending, too_few_validators,
// still_allocated (a committee of a window that is not settled names it: allocate that one first;
// `earliest`: the first window that a change may be effective for).
[[nodiscard]] Result<void, Reject> check_leaves(const ChainState& state, const NodeId& node,
                                                Window earliest);

// NODE or REVOKE stands in the block of this height: the first height that the changed set decides.
Height schedule_change(ChainState& state, const NodeId& node, Height height);

// Brings `validators` to those who decide `height`. Called with ascending heights.
void advance_validators(ChainState& state, Height height);

}  // namespace fairfeed
