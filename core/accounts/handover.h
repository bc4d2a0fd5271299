// What a HANDOVER holds, for those who have keys: its making and its opening (handover_rules.h says
// who may say it, and when). Pure.
#pragma once

#include <optional>
#include <vector>

#include "core/accounts/key_ring.h"
#include "core/crypto/random.h"
#include "core/state/handover_rules.h"

namespace fairfeed {

// What `sender` says to `recipients`, who are known, of the cluster's last settlement; nullopt: it
// lacks a data key.
[[nodiscard]] std::optional<Handover> write_handover(
    const ChainState& state, const Settlement& settlement, const NodeId& sender,
    const std::vector<NodeId>& recipients, const KeyRing& keys, const RandomSource& random);

// The closing states, in the order of the settlement's lines. not_a_member: not for this recipient;
// cannot_open: the sender lies, or another one's key was used.
[[nodiscard]] Result<std::vector<MeterClosing>, Reject> open_handover(
    const Digest& network, const Settlement& settlement, const Transaction& handover,
    const NodeId& recipient, const AgreementKey& agreement);

}  // namespace fairfeed
