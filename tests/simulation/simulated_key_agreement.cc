// core/crypto/key_agreement.h without elliptic curves, for the simulator: keys are wrapped under a
// hash of the recipient's point, so that a network's genesis has the same bytes in every run and
// the start of a node costs nothing. Linked before ff_crypto, like simulated_signing.cc. The
// wrapping hides nothing.
#include "core/crypto/key_agreement.h"

#include <algorithm>

#include "core/crypto/digest.h"
#include "core/crypto/signing.h"

namespace fairfeed {
namespace {

constexpr std::size_t kTagSize = 16;

Digest pad_of(const PublicKey& recipient, const PublicKey& ephemeral, ByteView context) {
    return sha256({as_bytes("pad"), recipient.view(), ephemeral.view(), context});
}

Bytes masked(ByteView key, const Digest& pad) {
    Bytes out(SymmetricKey::kSize + kTagSize);
    for (std::size_t i = 0; i < SymmetricKey::kSize; ++i)
        out[i] = key[i] ^ pad.bytes[i];
    const Digest tag = sha256({pad.view(), ByteView(out).first(SymmetricKey::kSize)});
    std::copy_n(tag.bytes.begin(), kTagSize, out.begin() + SymmetricKey::kSize);
    return out;
}

}  // namespace

struct AgreementKey::Key {
    SigningKey pair;
};

AgreementKey AgreementKey::generate() {
    return AgreementKey(std::make_shared<Key>(Key{SigningKey::generate()}));
}

std::optional<AgreementKey> AgreementKey::from_pem(std::string_view pem) {
    auto pair = SigningKey::from_pem(pem);
    if (!pair) return std::nullopt;
    return AgreementKey(std::make_shared<Key>(Key{std::move(*pair)}));
}

std::string AgreementKey::to_pem() const {
    return key_->pair.to_pem();
}

PublicKey AgreementKey::public_key() const {
    return key_->pair.public_key();
}

std::optional<SymmetricKey> AgreementKey::unwrap(const WrappedKey& wrapped,
                                                 ByteView context) const {
    if (wrapped.ciphertext.size() != SymmetricKey::kSize + kTagSize) return std::nullopt;
    const Digest pad = pad_of(public_key(), wrapped.ephemeral, context);
    SymmetricKey key;
    for (std::size_t i = 0; i < SymmetricKey::kSize; ++i)
        key.bytes[i] = wrapped.ciphertext[i] ^ pad.bytes[i];
    if (masked(key.view(), pad) != wrapped.ciphertext) return std::nullopt;
    return key;
}

bool has_point(const WrappedKey& wrapped) {
    return wrapped.ephemeral.bytes[0] == 0x04;
}

std::optional<WrappedKey> wrap_key(const PublicKey& recipient, const SymmetricKey& key,
                                   ByteView context) {
    if (recipient.bytes[0] != 0x04) return std::nullopt;
    const Digest once = sha256({recipient.view(), key.view(), context});
    WrappedKey wrapped{SigningKey::from_scalar(once.view())->public_key(), {}};
    wrapped.ciphertext = masked(key.view(), pad_of(recipient, wrapped.ephemeral, context));
    return wrapped;
}

}  // namespace fairfeed
