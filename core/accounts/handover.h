// Writes and opens the content of a HANDOVER; needs keys. handover_rules.h has the rules on senders
// and times. Pure.
#pragma once

#include <optional>
#include <vector>

#include "core/accounts/key_ring.h"
#include "core/crypto/random.h"
#include "core/state/handover_rules.h"

namespace fairfeed {

// The handover of the cluster's last settlement by `sender` to `recipients`, who must be known.
// nullopt: a data key is missing.
[[nodiscard]] std::optional<Handover> write_handover(
    const ChainState& state, const Settlement& settlement, const NodeId& sender,
    const std::vector<NodeId>& recipients, const KeyRing& keys, const RandomSource& random);

// The closing states, in the order of the settlement's lines. not_a_member: the handover is not for
// this recipient. cannot_open: the sender gave a false key, or the key of another was used.
[[nodiscard]] Result<std::vector<MeterClosing>, Reject> open_handover(
    const Digest& network, const Settlement& settlement, const Transaction& handover,
    const NodeId& recipient, const AgreementKey& agreement);

}  // namespace fairfeed
