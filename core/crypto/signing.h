// ES256: ECDSA on P-256 with SHA-256, raw r||s (as in DLMS/COSEM suite 1; RFC 7518 3.4). Our
// signatures are low-s, and the strict verifier accepts only low-s (threat 47). Keys are value
// types that share an OpenSSL key; copy them and share them between threads freely.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/bytes.h"

namespace fairfeed {

// A signer. Pure rooms hold this interface; a simulation injects a deterministic one.
class Signer {
  public:
    virtual ~Signer() = default;
    // ES256 over SHA-256(message), low-s.
    [[nodiscard]] virtual Signature sign(ByteView message) const = 0;
    [[nodiscard]] virtual PublicKey public_key() const = 0;
};

class SigningKey final : public Signer {
  public:
    [[nodiscard]] static SigningKey generate();
    // PKCS#8 PEM of a P-256 key; nullopt for anything else.
    [[nodiscard]] static std::optional<SigningKey> from_pem(std::string_view pem);
    // From the 32-byte big-endian private scalar (test vectors).
    [[nodiscard]] static std::optional<SigningKey> from_scalar(ByteView scalar);
    [[nodiscard]] std::string to_pem() const;
    [[nodiscard]] Signature sign(ByteView message) const override;
    [[nodiscard]] PublicKey public_key() const override;

  private:
    struct Key;
    explicit SigningKey(std::shared_ptr<const Key> key) : key_(std::move(key)) {}
    std::shared_ptr<const Key> key_;
};

enum class SignatureFault { none, wrong, high_s };

class VerifyKey {
  public:
    // Uncompressed named-curve point only; refuses points off the curve and infinity (threat 48).
    [[nodiscard]] static std::optional<VerifyKey> from_point(const PublicKey& point);
    // Accepts any valid signature, as in the standard's vectors.
    [[nodiscard]] bool verify(ByteView message, const Signature& signature) const;
    // Our profile: as verify, and s <= n/2.
    [[nodiscard]] SignatureFault verify_strict(ByteView message, const Signature& signature) const;
    [[nodiscard]] const PublicKey& point() const { return point_; }

  private:
    struct Key;
    VerifyKey(std::shared_ptr<const Key> key, const PublicKey& point)
        : key_(std::move(key)), point_(point) {}
    std::shared_ptr<const Key> key_;
    PublicKey point_;
};

[[nodiscard]] bool has_low_s(const Signature& signature);
// r || (n - s): the other signature of the same message; for tests and attacks.
[[nodiscard]] Signature flip_s(const Signature& signature);

}  // namespace fairfeed
