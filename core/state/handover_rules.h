// A change of committee: what those who settle next must be given by those who settled last
// (docs/protocol.md, "Handover"). The closing states stand sealed on the chain beside the lines of
// the last settlement; a HANDOVER gives their keys to the newcomers, and the chain itself says
// whether they open what was certified. So one honest sender is enough, and a lie only fails to
// open. Until as many have handed over as hold an honest one, the next window waits. Pure.
#pragma once

#include <optional>
#include <vector>

#include "core/model/reject.h"
#include "core/state/signature_checker.h"
#include "core/state/state.h"

namespace fairfeed {

[[nodiscard]] inline bool is_handover(const Transaction& transaction) {
    return transaction.kind == TransactionKind::handover &&
           std::holds_alternative<Handover>(transaction.content);
}

// Of the window to settle next; nullptr: unknown cluster.
[[nodiscard]] const CommitteeAllocation* next_committee(const ChainState& state,
                                                        const ClusterId& cluster);

// Members of the committee that settles next which that of the last settlement does not have,
// ascending. Empty before a cluster's first settlement: there is nothing to know.
[[nodiscard]] std::vector<NodeId> newcomers(const ChainState& state, const ClusterId& cluster);

// No newcomer is without what it needs: enough members of the committee before have handed over
// (two of four, of whom one may lie; else one), or DGMD has.
[[nodiscard]] bool is_handed_over(const ChainState& state, const ClusterId& cluster);

// May this node hand over now: of the committee before, once, while members have not given enough;
// or DGMD, which may put right what it said wrong.
[[nodiscard]] bool may_hand_over(const ChainState& state, const ClusterId& cluster,
                                 const NodeId& sender);

// Is it of a committee before whose newcomers still wait for what it has?
[[nodiscard]] bool owes_handover(const ChainState& state, const NodeId& node);

// May it enter the next block: of the last settlement, to the committee that settles next, by one
// who may, and not twice; a member's to all newcomers and nobody else, DGMD's to all newcomers and
// whom it likes of the next members. Not its signature.
[[nodiscard]] Result<void, Reject> check_handover(const ChainState& state,
                                                  const Transaction& handover);
// The same, and the signature.
[[nodiscard]] Result<void, Reject> check_signed_handover(const ChainState& state,
                                                         const Transaction& handover,
                                                         SignatureChecker& signatures);
void apply_handover(ChainState& state, const Transaction& handover);
[[nodiscard]] std::optional<VerifyKey> key_of_sender(const ChainState& state,
                                                     const Transaction& handover);

}  // namespace fairfeed
