// Checks the endorsements of a settlement: each is by a member of the committee that governs the
// window, each member endorses once, every signature is valid, and the quorum is reached (committee
// rules 5, 9, 10; paper A52). The chain checks before it accepts a settlement, the node's pool
// before it keeps one, and the proof checker before it believes one. Pure.
#pragma once

#include <optional>

#include "core/model/reject.h"
#include "core/state/signature_checker.h"
#include "core/state/state.h"

namespace fairfeed {

struct EndorsementFault {
    Reject reason;
    std::optional<NodeId> witness;  // the witness at which the fault was found
};

// `batch` must hold a settlement. Faults in this order: wrong_cluster, not_a_member, not_canonical
// (witnesses out of order or repeated), no_quorum, unknown_node, wrong_signature, high_s.
[[nodiscard]] Result<void, EndorsementFault> check_endorsements(const ChainState& state,
                                                                const Transaction& batch,
                                                                SignatureChecker& signatures);

}  // namespace fairfeed
