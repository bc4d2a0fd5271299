// The HANDOVERs that this node owes newcomers of its clusters (committee rule 15). Who settled last
// owes a handover as soon as the chain knows who settles next. Pure; owned by CommitteeMember.
#pragma once

#include <vector>

#include "core/accounts/keyholder_accounts.h"
#include "core/crypto/random.h"
#include "core/crypto/signing.h"

namespace fairfeed {

class OwedHandovers {
  public:
    // `signer` outlives this object.
    OwedHandovers(NodeId self, const Signer& signer, RandomSource random);

    // Only a block changes what is owed.
    void on_block() { may_owe_ = true; }
    // Each handover that is owed and that no block has, once after every block.
    [[nodiscard]] std::vector<Transaction> take(const ChainState& state,
                                                const KeyholderAccounts& accounts);

  private:
    NodeId self_;
    const Signer& signer_;
    RandomSource random_;
    bool may_owe_ = true;
};

}  // namespace fairfeed
