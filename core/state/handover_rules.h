// A change of committee: the old committee gives the new one what it needs to settle
// (docs/protocol.md, "Handover"). The closing states stand sealed on the chain beside the lines of
// the last settlement. A HANDOVER gives their keys to the newcomers, and the chain shows whether
// these keys open what was certified. So one honest sender is enough, and a false key is detected.
// The next window waits until so many members have handed over that at least one of them is honest.
// Pure.
#pragma once

#include <vector>

#include "core/model/reject.h"
#include "core/state/signature_checker.h"
#include "core/state/state.h"

namespace fairfeed {

[[nodiscard]] inline bool is_handover(const Transaction& transaction) {
    return transaction.kind == TransactionKind::handover &&
           std::holds_alternative<Handover>(transaction.content);
}

// The committee of the window to settle next; nullptr: unknown cluster.
[[nodiscard]] const CommitteeAllocation* next_committee(const ChainState& state,
                                                        const ClusterId& cluster);

// Members of the next committee that were not in the committee of the last settlement, ascending.
// Empty before a cluster's first settlement, when there is nothing to hand over.
[[nodiscard]] std::vector<NodeId> newcomers(const ChainState& state, const ClusterId& cluster);

// Whether every newcomer has what it needs: enough members of the previous committee have handed
// over (two of four, one of whom may lie; else one), or DGMD has.
[[nodiscard]] bool is_handed_over(const ChainState& state, const ClusterId& cluster);

// Whether this node may hand over now. A member of the previous committee may do so once, while too
// few members have. DGMD may repeat a handover to correct an earlier one.
[[nodiscard]] bool may_hand_over(const ChainState& state, const ClusterId& cluster,
                                 const NodeId& sender);

// Whether the node was in a previous committee whose newcomers still wait for its handover.
[[nodiscard]] bool owes_handover(const ChainState& state, const NodeId& node);

// Whether the handover may enter the next block: it concerns the last settlement, goes to the
// committee that settles next, comes from a permitted sender, and is no repetition. A member
// addresses all newcomers and nobody else. DGMD addresses all newcomers and any of the other next
// members. The signature is not checked.
[[nodiscard]] Result<void, Reject> check_handover(const ChainState& state,
                                                  const Transaction& handover);
// check_handover, and the signature.
[[nodiscard]] Result<void, Reject> check_signed_handover(const ChainState& state,
                                                         const Transaction& handover,
                                                         SignatureChecker& signatures);
void apply_handover(ChainState& state, const Transaction& handover);
// The signature alone. Faults: unknown_node, wrong_signature, high_s, retired_key
// (authority_rules.h).
[[nodiscard]] Result<void, Reject> check_sent(const ChainState& state, const Transaction& handover,
                                              SignatureChecker& signatures);

}  // namespace fairfeed
