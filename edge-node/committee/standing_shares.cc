#include "edge-node/committee/standing_shares.h"

#include "core/base/check.h"
#include "core/wire/message_codec.h"

namespace fairfeed {

StandingShares::StandingShares(NodeId self, const Signer& signer)
    : self_(std::move(self)), signer_(signer), publisher_(self_, signer) {}

void StandingShares::settle(const RecomputedSettlement& settlement, const ChainState& state) {
    for (const SettledShare& share : settlement.shares) {
        const ClusterId& cluster = state.meters.at(share.meter).registration.cluster;
        shares_[share.meter] =
            ShareStatement{share.meter, share.window, state.clusters.at(cluster).last_settlement,
                           share.mes_w, share.from_s, share.factors};
    }
}

void StandingShares::take_over(const TakenOver& taken) {
    for (std::size_t i = 0; i < taken.meters.size(); ++i) {
        const SettledShare& share = taken.shares[i];
        shares_[share.meter] = ShareStatement{share.meter, share.window, taken.settlement,
                                              share.mes_w, share.from_s, share.factors};
    }
}

void StandingShares::tell(const MeterId& meter, const Turn& turn) const {
    const auto share = shares_.find(meter);
    CHECK(share != shares_.end());
    tell(share->second, turn);
}

void StandingShares::tell_all(const Turn& turn) const {
    for (const auto& [meter, share] : shares_)
        tell(share, turn);
}

void StandingShares::tell(const ShareStatement& share, const Turn& turn) const {
    publisher_.publish(turn, Channel::share, share.meter.str(),
                       encode_share(share, self_, turn.state.network, signer_));
}

}  // namespace fairfeed
