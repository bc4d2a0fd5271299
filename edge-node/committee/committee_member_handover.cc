// A change of committee: what this node gives to those who come, and what it is given.
#include "core/accounts/handover.h"
#include "core/wire/handover_codec.h"
#include "edge-node/committee/committee_member.h"

namespace fairfeed {

// Whoever settled last owes it as soon as the chain knows who settles next.
std::vector<Transaction> CommitteeMember::take_handovers(const ChainState& state) {
    std::vector<Transaction> out;
    if (!std::exchange(may_owe_handovers_, false)) return out;
    for (const auto& [cluster, record] : state.clusters) {
        const auto recipients = newcomers(state, cluster);
        if (recipients.empty() || !may_hand_over(state, cluster, self_)) continue;
        const Settlement* last = accounts_.last_settlement(cluster);
        if (last == nullptr) continue;
        const auto handover =
            write_handover(state, *last, self_, recipients, accounts_.keys(), random_);
        if (handover) out.push_back(make_handover(*handover, self_, state.network, signer_));
    }
    return out;
}

// Shares that the last committee settled are this node's to state now; its checks of lines go on
// from the closing states.
void CommitteeMember::take_over(const ReplayStep& step) {
    const std::string height = std::to_string(step.committed.block.header.height);
    for (const NodeId& sender : accounts_.false_handovers())
        raise_alarm("block " + height + ": what " + sender.str() + " hands over does not open");
    for (const TakenOver& taken : accounts_.taken_over()) {
        for (std::size_t i = 0; i < taken.meters.size(); ++i) {
            const SettledShare& share = taken.shares[i];
            invariants_.take_over(taken.meters[i], taken.closings[i].state);
            shares_[share.meter] = ShareStatement{share.meter, share.window, taken.settlement,
                                                  share.mes_w, share.from_s};
        }
    }
}

}  // namespace fairfeed
