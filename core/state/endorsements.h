// Who vouches for a settlement: members of the committee that governs its window, each once and
// each with a valid signature, as many as its quorum (committee rules 5, 9, 10; paper A52). The
// chain asks before it takes a settlement, a node's pool before it keeps one, and the checker of
// proofs. Pure.
#pragma once

#include <optional>

#include "core/model/reject.h"
#include "core/state/signature_checker.h"
#include "core/state/state.h"

namespace fairfeed {

struct EndorsementFault {
    Reject reason;
    std::optional<NodeId> witness;  // at whom it was found
};

// `batch` must hold a settlement. In this order: wrong_cluster, not_a_member, not_canonical (not
// ascending, or twice), no_quorum, unknown_node, wrong_signature, high_s.
[[nodiscard]] Result<void, EndorsementFault> check_endorsements(const ChainState& state,
                                                                const Transaction& batch,
                                                                SignatureChecker& signatures);

}  // namespace fairfeed
