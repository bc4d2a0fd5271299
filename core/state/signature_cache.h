// A SignatureChecker that remembers what it has found valid, so that a node verifies each signature
// once, however often a block is proposed, judged and executed. It keys on everything a verdict
// depends on: envelope or endorsement, signature, network and key. Only success is remembered.
// Bounded, oldest forgotten first. One thread at a time.
#pragma once

#include <cstddef>
#include <deque>
#include <set>

#include "core/state/signature_checker.h"

namespace fairfeed {

constexpr std::size_t kRememberedSignatures = 65'536;

class CachingSignatureChecker final : public SignatureChecker {
  public:
    explicit CachingSignatureChecker(std::size_t capacity = kRememberedSignatures)
        : CachingSignatureChecker(plain_, capacity) {}
    // Asks `inner` (which must outlive this) for what it does not know.
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
    [[nodiscard]] std::size_t size() const { return known_.size(); }

  private:
    void remember(const Digest& verified);

    PlainSignatureChecker plain_;
    SignatureChecker& inner_;
    std::size_t capacity_;
    std::set<Digest> known_;
    std::deque<Digest> oldest_first_;
};

}  // namespace fairfeed
