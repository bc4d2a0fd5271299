// The interface through which the rules verify signatures in blocks and messages. A node passes the
// checker of signature_cache.h and so verifies each signature once.
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
    // An officer's approval of the notice with this id.
    [[nodiscard]] virtual Result<void, Reject> approval(const Digest& notice,
                                                        const Witness& officer,
                                                        const Digest& network,
                                                        const VerifyKey& key) = 0;
    // A reading on its way to a block. Whoever remembers its signature knows it in the READING too.
    [[nodiscard]] virtual Result<void, Reject> reading(const SignedReading& reading,
                                                       const Digest& network,
                                                       const VerifyKey& key) = 0;
};

// Verifies every signature on every call.
class PlainSignatureChecker final : public SignatureChecker {
  public:
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
};

}  // namespace fairfeed
