// A Signer for tests whose signatures depend on its seed and the message alone, so that encoded
// bytes can be compared to stored vectors and a simulation can be repeated. The signatures are
// well-formed (low s) but no key verifies them; the public key is a real point. Tests only.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "core/base/check.h"
#include "core/crypto/digest.h"
#include "core/crypto/signing.h"

namespace fairfeed {

class DeterministicSigner final : public Signer {
  public:
    explicit DeterministicSigner(std::string_view seed) : seed_(seed) {}

    [[nodiscard]] Signature sign(ByteView message) const override {
        Signature signature;
        const Digest r = sha256({as_bytes("r"), as_bytes(seed_), message});
        const Digest s = sha256({as_bytes("s"), as_bytes(seed_), message});
        std::copy(r.bytes.begin(), r.bytes.end(), signature.bytes.begin());
        std::copy(s.bytes.begin(), s.bytes.end(), signature.bytes.begin() + 32);
        signature.bytes[0] &= 0x7f;
        signature.bytes[32] &= 0x3f;
        return signature;
    }
    [[nodiscard]] PublicKey public_key() const override {
        const auto key = SigningKey::from_scalar(sha256(as_bytes(seed_)).view());
        CHECK(key.has_value());
        return key->public_key();
    }

  private:
    std::string seed_;
};

}  // namespace fairfeed
