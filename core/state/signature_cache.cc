#include "core/state/signature_cache.h"

#include <cstring>

#include "core/crypto/digest.h"
#include "core/wire/office_codec.h"
#include "core/wire/transaction_codec.h"

namespace fairfeed {

// Inputs of fixed length come first, so that different inputs never give the same bytes.
Digest signed_by(const VerifyKey& key, const Digest& network, const Digest& id, ByteView envelope) {
    return sha256(
        {as_bytes("transaction"), network.view(), key.point().view(), id.view(), envelope});
}

std::size_t FirstBytes::operator()(const Digest& digest) const {
    std::size_t out = 0;
    std::memcpy(&out, digest.view().data(), sizeof out);
    return out;
}

Result<void, Reject> CachingSignatureChecker::transaction(const Transaction& transaction,
                                                          const Digest& network,
                                                          const VerifyKey& key) {
    const Digest what = signed_by(key, network, transaction.id, signed_envelope(transaction));
    if (known_.contains(what)) return {};
    const auto verdict = inner_.transaction(transaction, network, key);
    if (verdict) remember(what);
    return verdict;
}

// A READING's id is its reading's, and so is its envelope.
Result<void, Reject> CachingSignatureChecker::reading(const SignedReading& reading,
                                                      const Digest& network, const VerifyKey& key) {
    const Digest what = signed_by(key, network, reading.id, reading.envelope);
    if (known_.contains(what)) return {};
    const auto verdict = inner_.reading(reading, network, key);
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

Result<void, Reject> CachingSignatureChecker::approval(const Digest& notice, const Witness& officer,
                                                       const Digest& network,
                                                       const VerifyKey& key) {
    const Bytes said = approval_to_be_signed(notice, officer.node, network);
    const Digest what = sha256(
        {as_bytes("approval"), network.view(), key.point().view(), officer.signature.view(), said});
    if (known_.contains(what)) return {};
    const auto verdict = inner_.approval(notice, officer, network, key);
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
