// HANDOVERs of DGMD, which holds every data key, in the place of members that are gone
// (docs/protocol.md, "Handover"): where the window that a cluster settles next has been over for
// longer than one window, and its newcomers still wait for the closing states. Pure but for the
// randomness that it is given.
#pragma once

#include <map>
#include <vector>

#include "core/accounts/keyholder_accounts.h"
#include "core/crypto/random.h"
#include "core/crypto/signing.h"

namespace fairfeed {

class StandInHandovers {
  public:
    // `signer` outlives this object.
    StandInHandovers(NodeId dgmd, const Signer& signer, RandomSource random);

    // Those that the chain lacks; the same transaction each time, until a block has one. `accounts`
    // have followed the chain to this state.
    [[nodiscard]] std::vector<Transaction> owed(const ChainState& state,
                                                const KeyholderAccounts& accounts,
                                                std::int64_t real_ms);

  private:
    [[nodiscard]] bool stands_still(const ChainState& state, const ClusterId& cluster,
                                    std::int64_t real_ms) const;

    NodeId dgmd_;
    const Signer& signer_;
    RandomSource random_;
    std::map<ClusterId, Transaction> made_;
};

}  // namespace fairfeed
