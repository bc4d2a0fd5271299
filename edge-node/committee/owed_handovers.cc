#include "edge-node/committee/owed_handovers.h"

#include <utility>

#include "core/accounts/handover.h"
#include "core/state/handover_rules.h"
#include "core/wire/handover_codec.h"

namespace fairfeed {

OwedHandovers::OwedHandovers(NodeId self, const Signer& signer, RandomSource random)
    : self_(std::move(self)), signer_(signer), random_(std::move(random)) {}

std::vector<Transaction> OwedHandovers::take(const ChainState& state,
                                             const KeyholderAccounts& accounts) {
    std::vector<Transaction> out;
    if (!std::exchange(may_owe_, false)) return out;
    for (const auto& [cluster, record] : state.clusters) {
        const auto recipients = newcomers(state, cluster);
        if (recipients.empty() || !may_hand_over(state, cluster, self_)) continue;
        const Settlement* last = accounts.last_settlement(cluster);
        if (last == nullptr) continue;
        const auto handover =
            write_handover(state, *last, self_, recipients, accounts.keys(), random_);
        if (handover) out.push_back(make_handover(*handover, self_, state.network, signer_));
    }
    return out;
}

}  // namespace fairfeed
