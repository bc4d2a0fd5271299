// core/crypto/signing.h without ECDSA, for the simulator: a signature is a hash of the signer's
// public point and the message, so that it costs next to nothing and is the same in every run.
// Linked before ff_crypto, whose own signing.cc is then left out of the program. A holder of a
// point could forge signatures; simulated liars sign with their own keys only.
#include "core/crypto/signing.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/crypto/digest.h"
#include "tests/simulation/fast_hash.h"
#include "tests/simulation/signature_count.h"

namespace fairfeed {
namespace {

simulation::SignatureCount* counting = nullptr;

constexpr std::string_view kPem = "simulated key ";
constexpr std::uint8_t kHighS = 0x80;  // usually set in a real s above n/2

PublicKey point_of(ByteView secret) {
    const Digest x = sha256({as_bytes("x"), secret});
    const Digest y = sha256({as_bytes("y"), secret});
    PublicKey point;
    point.bytes[0] = 0x04;
    std::copy(x.bytes.begin(), x.bytes.end(), point.bytes.begin() + 1);
    std::copy(y.bytes.begin(), y.bytes.end(), point.bytes.begin() + 33);
    return point;
}

Signature signature_of(std::uint64_t key, ByteView message) {
    Signature signature;
    simulation::stretch(simulation::fast_hash(key, message), signature.bytes);
    signature.bytes[32] &= 0x7f;
    return signature;
}

}  // namespace

void simulation::count_signatures(SignatureCount* into) {
    counting = into;
}

struct SigningKey::Key {
    explicit Key(ByteView from)
        : secret(to_bytes(from)),
          point(point_of(from)),
          hash_key(simulation::fast_hash(0, point.view())) {}
    Bytes secret;
    PublicKey point;
    std::uint64_t hash_key;
};

struct VerifyKey::Key {
    std::uint64_t hash_key;
};

SigningKey SigningKey::generate() {
    static std::uint64_t made = 0;
    return SigningKey(std::make_shared<Key>(as_bytes("made " + std::to_string(++made))));
}

std::optional<SigningKey> SigningKey::from_pem(std::string_view pem) {
    if (pem.substr(0, kPem.size()) != kPem) return std::nullopt;
    const auto secret = from_hex(pem.substr(kPem.size()));
    if (!secret) return std::nullopt;
    return SigningKey(std::make_shared<Key>(*secret));
}

std::optional<SigningKey> SigningKey::from_scalar(ByteView scalar) {
    if (scalar.size() != 32) return std::nullopt;
    return SigningKey(std::make_shared<Key>(scalar));
}

std::string SigningKey::to_pem() const {
    return std::string(kPem) + to_hex(key_->secret);
}

PublicKey SigningKey::public_key() const {
    return key_->point;
}

Signature SigningKey::sign(ByteView message) const {
    if (counting != nullptr) counting->add_made(message);
    return signature_of(key_->hash_key, message);
}

std::optional<VerifyKey> VerifyKey::from_point(const PublicKey& point) {
    if (point.bytes[0] != 0x04) return std::nullopt;
    return VerifyKey(std::make_shared<Key>(Key{simulation::fast_hash(0, point.view())}), point);
}

bool VerifyKey::verify(ByteView message, const Signature& signature) const {
    if (counting != nullptr) counting->add_checked(message);
    Signature low = signature;
    low.bytes[32] &= 0x7f;
    return low == signature_of(key_->hash_key, message);
}

SignatureFault VerifyKey::verify_strict(ByteView message, const Signature& signature) const {
    if (!verify(message, signature)) return SignatureFault::wrong;
    return has_low_s(signature) ? SignatureFault::none : SignatureFault::high_s;
}

bool has_low_s(const Signature& signature) {
    return signature.bytes[32] < kHighS;
}

Signature flip_s(const Signature& signature) {
    Signature out = signature;
    out.bytes[32] ^= kHighS;
    return out;
}

}  // namespace fairfeed
