// core/crypto/sealing.h without HKDF and AES, for the simulator: a key stream and a tag from a
// quick hash, so that opening a line costs next to nothing. Linked before ff_crypto, like
// simulated_signing.cc. Sizes are the real ones, and a text that was altered or sealed under
// another key or context does not open. The sealing hides nothing.
#include "core/crypto/sealing.h"

#include <algorithm>

#include "core/base/check.h"
#include "tests/simulation/fast_hash.h"

namespace fairfeed {
namespace {

using simulation::fast_hash;
using simulation::mixed;

void mask(std::uint64_t key, ByteView in, std::uint8_t* out) {
    std::uint64_t pad = 0;
    for (std::size_t i = 0; i < in.size(); ++i) {
        if (i % 8 == 0) pad = mixed(key, i + 1);
        out[i] = in[i] ^ static_cast<std::uint8_t>(pad >> (8 * (i % 8)));
    }
}

void write_tag(std::uint64_t key, ByteView aad, ByteView body, std::span<std::uint8_t> out) {
    simulation::stretch(mixed(fast_hash(key, aad), fast_hash(key, body)), out);
}

}  // namespace

Bytes hkdf_sha256(ByteView secret, ByteView salt, ByteView info, std::size_t length) {
    Bytes out(length);
    simulation::stretch(mixed(fast_hash(fast_hash(1, secret), salt), fast_hash(2, info)), out);
    return out;
}

SymmetricKey message_key(const SymmetricKey& data_key, std::string_view purpose,
                         std::string_view sender, const Salt& salt) {
    const std::uint64_t secret = fast_hash(fast_hash(1, data_key.view()), salt.view());
    const std::uint64_t info =
        mixed(fast_hash(2, as_bytes(purpose)), fast_hash(3, as_bytes(sender)));
    SymmetricKey key;
    simulation::stretch(mixed(secret, info), key.bytes);
    return key;
}

Bytes aes_gcm_encrypt(const SymmetricKey& key, ByteView iv, ByteView aad, ByteView plaintext) {
    const std::uint64_t from = fast_hash(fast_hash(4, key.view()), iv);
    Bytes out(plaintext.size() + kSealTagSize);
    mask(from, plaintext, out.data());
    write_tag(from, aad, ByteView(out).first(plaintext.size()), std::span(out).last(kSealTagSize));
    return out;
}

std::optional<Bytes> aes_gcm_decrypt(const SymmetricKey& key, ByteView iv, ByteView aad,
                                     ByteView ciphertext) {
    if (ciphertext.size() < kSealTagSize) return std::nullopt;
    const std::uint64_t from = fast_hash(fast_hash(4, key.view()), iv);
    const ByteView body = ciphertext.first(ciphertext.size() - kSealTagSize);
    std::array<std::uint8_t, kSealTagSize> tag{};
    write_tag(from, aad, body, tag);
    const ByteView found = ciphertext.last(kSealTagSize);
    if (!std::equal(tag.begin(), tag.end(), found.begin())) return std::nullopt;
    Bytes out(body.size());
    mask(from, body, out.data());
    return out;
}

Bytes seal(const SymmetricKey& message_key, ByteView aad, ByteView plaintext) {
    return aes_gcm_encrypt(message_key, {}, aad, plaintext);
}

std::optional<Bytes> unseal(const SymmetricKey& message_key, ByteView aad, ByteView ciphertext) {
    return aes_gcm_decrypt(message_key, {}, aad, ciphertext);
}

}  // namespace fairfeed
