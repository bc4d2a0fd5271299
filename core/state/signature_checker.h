// Who checks the signatures in blocks and messages. The rules ask through this door, so that a node
// can verify each signature once (signature_cache.h has the checker that remembers).
#pragma once

#include "core/base/result.h"
#include "core/crypto/signing.h"
#include "core/model/reject.h"
#include "core/model/transaction.h"

namespace fairfeed {

// `key` is the signer's. wrong_signature, high_s.
class SignatureChecker {
  public:
    virtual ~SignatureChecker() = default;
    [[nodiscard]] virtual Result<void, Reject> transaction(const Transaction& transaction,
                                                           const Digest& network,
                                                           const VerifyKey& key) = 0;
    [[nodiscard]] virtual Result<void, Reject> endorsement(const Endorsement& endorsement,
                                                           const Witness& witness,
                                                           const Digest& network,
                                                           const VerifyKey& key) = 0;
};

// Verifies everything every time.
class PlainSignatureChecker final : public SignatureChecker {
  public:
    [[nodiscard]] Result<void, Reject> transaction(const Transaction& transaction,
                                                   const Digest& network,
                                                   const VerifyKey& key) override;
    [[nodiscard]] Result<void, Reject> endorsement(const Endorsement& endorsement,
                                                   const Witness& witness, const Digest& network,
                                                   const VerifyKey& key) override;
};

}  // namespace fairfeed
