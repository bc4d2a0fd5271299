// HANDOVERs of DGMD, which holds every data key, in the place of members that are gone
// (docs/protocol.md, "Handover"): where the window that a cluster settles next has been over for
// longer than one window, and its newcomers still wait for the closing states. Pure but for the
// randomness that it is given.
#pragma once

#include <map>
#include <vector>

#include "core/accounts/keyholder_accounts.h"
#include "core/crypto/random.h"
#include "gateway/follower/dgmd_signers.h"

namespace fairfeed {

class StandInHandovers {
  public:
    StandInHandovers(NodeId dgmd, DgmdSigners signers, RandomSource random);

    // Those that the chain lacks; the same transaction each time, until a block has one or another
    // key of DGMD's is in force. None without that key. `accounts` have followed the chain to this
    // state.
    [[nodiscard]] std::vector<Transaction> owed(const ChainState& state,
                                                const KeyholderAccounts& accounts,
                                                std::int64_t real_ms);

  private:
    [[nodiscard]] bool stands_still(const ChainState& state, const ClusterId& cluster,
                                    std::int64_t real_ms) const;

    NodeId dgmd_;
    DgmdSigners signers_;
    RandomSource random_;
    PublicKey made_by_;  // the key that signed those below
    std::map<ClusterId, Transaction> made_;
};

}  // namespace fairfeed
