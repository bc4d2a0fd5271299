// A SignatureChecker that remembers valid signatures, so that a node verifies each signature once
// although it sees the block when it is proposed, judged and executed. The cache key covers all
// inputs of the check: envelope, endorsement or approval, signature, network and key. Failures are
// not remembered. The cache is bounded and drops the oldest entry first. One thread at a time.
#pragma once

#include <cstddef>
#include <deque>
#include <unordered_set>

#include "core/state/signature_checker.h"

namespace fairfeed {

constexpr std::size_t kRememberedSignatures = 65'536;

// Hash of a SHA-256 for unordered containers: any of its bytes serve.
struct FirstBytes {
    std::size_t operator()(const Digest& digest) const;
};

// Stands for a valid signature: all that a check of this reading, or of the READING that holds it,
// depends on.
[[nodiscard]] Digest signed_by(const VerifyKey& key, const Digest& network, const Digest& id,
                               ByteView envelope);

class CachingSignatureChecker final : public SignatureChecker {
  public:
    explicit CachingSignatureChecker(std::size_t capacity = kRememberedSignatures)
        : CachingSignatureChecker(plain_, capacity) {}
    // `inner` verifies what is not in the cache; it must outlive this object.
    CachingSignatureChecker(SignatureChecker& inner, std::size_t capacity)
        : inner_(inner), capacity_(capacity) {}
    CachingSignatureChecker(const CachingSignatureChecker&) = delete;
    CachingSignatureChecker& operator=(const CachingSignatureChecker&) = delete;

    [[nodiscard]] Result<void, Reject> transaction(const Transaction& transaction,
                                                   const Digest& network,
                                                   const VerifyKey& key) override;
    [[nodiscard]] Result<void, Reject> endorsement(const Endorsement& endorsement,
                                                   const Witness& witness, const Digest& network,
                                                   const VerifyKey& key) override;
    [[nodiscard]] Result<void, Reject> approval(const Digest& notice, const Witness& officer,
                                                const Digest& network,
                                                const VerifyKey& key) override;
    [[nodiscard]] Result<void, Reject> reading(const SignedReading& reading, const Digest& network,
                                               const VerifyKey& key) override;
    // Whether signed_by() of these inputs was verified before. May be asked by many threads at
    // once, while none verifies.
    [[nodiscard]] bool knows(const Digest& signed_by) const { return known_.contains(signed_by); }
    [[nodiscard]] std::size_t size() const { return known_.size(); }

  private:
    void remember(const Digest& verified);

    PlainSignatureChecker plain_;
    SignatureChecker& inner_;
    std::size_t capacity_;
    std::unordered_set<Digest, FirstBytes> known_;
    std::deque<Digest> oldest_first_;
};

}  // namespace fairfeed
