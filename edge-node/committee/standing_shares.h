// The shares that stand: of each meter the latest share that was settled, or handed over to this
// node. This node tells each meter the share of the meter. Pure; owned by CommitteeMember.
#pragma once

#include <map>

#include "core/accounts/keyholder_accounts.h"
#include "edge-node/effects/publisher.h"

namespace fairfeed {

class StandingShares {
  public:
    // `signer` outlives this object.
    StandingShares(NodeId self, const Signer& signer);

    // `state`: after the block of the settlement.
    void settle(const RecomputedSettlement& settlement, const ChainState& state);
    void take_over(const TakenOver& taken);
    // CHECKs that the meter has a share.
    void tell(const MeterId& meter, const Turn& turn) const;
    void tell_all(const Turn& turn) const;
    using Statements = std::map<MeterId, ShareStatement>;
    [[nodiscard]] const Statements& statements() const { return shares_; }
    void resume(Statements shares) { shares_ = std::move(shares); }

  private:
    void tell(const ShareStatement& share, const Turn& turn) const;

    NodeId self_;
    const Signer& signer_;
    Publisher publisher_;
    Statements shares_;
};

}  // namespace fairfeed
