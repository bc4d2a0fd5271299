#include "core/state/signature_cache.h"

#include "core/crypto/digest.h"
#include "core/wire/transaction_codec.h"

namespace fairfeed {

Result<void, Reject> CachingSignatureChecker::transaction(const Transaction& transaction,
                                                          const Digest& network,
                                                          const VerifyKey& key) {
    // Inputs of fixed length come first, so that different inputs never give the same bytes.
    const Digest what = sha256({as_bytes("transaction"), network.view(), key.point().view(),
                                transaction.id.view(), transaction.envelope});
    if (known_.contains(what)) return {};
    const auto verdict = inner_.transaction(transaction, network, key);
    if (verdict) remember(what);
    return verdict;
}

Result<void, Reject> CachingSignatureChecker::endorsement(const Endorsement& endorsement,
                                                          const Witness& witness,
                                                          const Digest& network,
                                                          const VerifyKey& key) {
    const Bytes said = endorsement_to_be_signed(endorsement, witness.node, network);
    const Digest what = sha256({as_bytes("endorsement"), network.view(), key.point().view(),
                                witness.signature.view(), said});
    if (known_.contains(what)) return {};
    const auto verdict = inner_.endorsement(endorsement, witness, network, key);
    if (verdict) remember(what);
    return verdict;
}

void CachingSignatureChecker::remember(const Digest& verified) {
    if (capacity_ == 0) return;
    if (known_.size() >= capacity_) {
        known_.erase(oldest_first_.front());
        oldest_first_.pop_front();
    }
    known_.insert(verified);
    oldest_first_.push_back(verified);
}

}  // namespace fairfeed
