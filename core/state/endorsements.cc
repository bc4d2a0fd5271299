#include "core/state/endorsements.h"

namespace fairfeed {
namespace {

Unexpected<EndorsementFault> fault(Reject reason, std::optional<NodeId> witness = std::nullopt) {
    return unexpected(EndorsementFault{reason, std::move(witness)});
}

}  // namespace

Result<void, EndorsementFault> check_endorsements(const ChainState& state, const Transaction& batch,
                                                  SignatureChecker& signatures) {
    const auto& settlement = std::get<Settlement>(batch.content);
    const auto* committee = state.committee_of(settlement.cluster, settlement.window);
    if (committee == nullptr) return fault(Reject::wrong_cluster);
    const NodeId* before = nullptr;
    for (const Witness& witness : batch.endorsements) {
        if (!is_member(*committee, witness.node)) return fault(Reject::not_a_member, witness.node);
        if (before && !(*before < witness.node)) return fault(Reject::not_canonical, witness.node);
        before = &witness.node;
    }
    if (batch.endorsements.size() < state.quorum_of(settlement.cluster, settlement.window)) {
        return fault(Reject::no_quorum);
    }
    const Endorsement said{settlement.cluster, settlement.window, settlement.version, batch.id};
    for (const Witness& witness : batch.endorsements) {
        const VerifyKey* key = state.node_key(witness.node);
        if (key == nullptr) return fault(Reject::unknown_node, witness.node);
        const auto valid = signatures.endorsement(said, witness, state.network, *key);
        if (!valid) return fault(valid.error(), witness.node);
    }
    return {};
}

}  // namespace fairfeed
