#include "core/crypto/key_agreement.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include <array>

#include "core/base/check.h"
#include "core/crypto/owned.h"
#include "core/crypto/p256.h"
#include "core/crypto/sealing.h"

namespace fairfeed {
namespace {

using Context = Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;

static_assert(kWrappedBytes == SymmetricKey::kSize + kSealTagSize);

// The key that both ends of one wrap derive. The salt names both points, so a wrap for one
// recipient is useless to another.
SymmetricKey wrapping_key(const P256Key& own, const P256Key& other, const PublicKey& ephemeral,
                          const PublicKey& recipient, ByteView context) {
    const Context derivation(EVP_PKEY_CTX_new_from_pkey(nullptr, own.get(), nullptr));
    CHECK(derivation != nullptr && EVP_PKEY_derive_init(derivation.get()) == 1);
    // The peer's point is on a curve of prime order, so OpenSSL need not validate it again.
    CHECK(EVP_PKEY_derive_set_peer_ex(derivation.get(), other.get(), 0) == 1);
    std::array<std::uint8_t, 32> shared{};
    std::size_t size = shared.size();
    CHECK(EVP_PKEY_derive(derivation.get(), shared.data(), &size) == 1 && size == shared.size());
    Bytes salt = to_bytes(ephemeral.view());
    append(salt, recipient.view());
    const Bytes key = hkdf_sha256(shared, salt, context, SymmetricKey::kSize);
    OPENSSL_cleanse(shared.data(), shared.size());
    return *SymmetricKey::from(key);
}

}  // namespace

struct AgreementKey::Key {
    explicit Key(const P256Key& key) : pair(key), point(p256_point(key)) {}
    P256Key pair;
    PublicKey point;
};

AgreementKey AgreementKey::generate() {
    return AgreementKey(std::make_shared<Key>(p256_generate()));
}

std::optional<AgreementKey> AgreementKey::from_pem(std::string_view pem) {
    const P256Key key = p256_from_pem(pem);
    if (key == nullptr) return std::nullopt;
    return AgreementKey(std::make_shared<Key>(key));
}

std::string AgreementKey::to_pem() const {
    return p256_to_pem(key_->pair);
}

PublicKey AgreementKey::public_key() const {
    return key_->point;
}

std::optional<SymmetricKey> AgreementKey::unwrap(const WrappedKey& wrapped,
                                                 ByteView context) const {
    if (wrapped.ciphertext.size() != kWrappedBytes) return std::nullopt;
    const P256Key ephemeral = p256_from_point(wrapped.ephemeral);
    if (ephemeral == nullptr) return std::nullopt;
    const SymmetricKey key =
        wrapping_key(key_->pair, ephemeral, wrapped.ephemeral, key_->point, context);
    const auto opened = unseal(key, context, wrapped.ciphertext);
    return opened ? SymmetricKey::from(*opened) : std::nullopt;
}

bool has_point(const WrappedKey& wrapped) {
    return is_p256_point(wrapped.ephemeral);
}

std::optional<WrappedKey> wrap_key(const PublicKey& recipient, const SymmetricKey& key,
                                   ByteView context) {
    const P256Key theirs = p256_from_point(recipient);
    if (theirs == nullptr) return std::nullopt;
    const P256Key ephemeral = p256_generate();
    const PublicKey point = p256_point(ephemeral);
    const SymmetricKey wrapping = wrapping_key(ephemeral, theirs, point, recipient, context);
    return WrappedKey{.ephemeral = point, .ciphertext = seal(wrapping, context, key.view())};
}

}  // namespace fairfeed
