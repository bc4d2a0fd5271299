#include "core/crypto/sealing.h"

#include <openssl/err.h>
#include <openssl/evp.h>

#include <array>
#include <limits>

#include "core/base/check.h"
#include "core/crypto/digest.h"
#include "core/crypto/owned.h"

namespace fairfeed {
namespace {

constexpr std::size_t kIvSize = 12;
constexpr std::size_t kMaxHkdfOutput = 255 * 32;
constexpr std::array<std::uint8_t, kIvSize> kZeroIv{};

const EVP_CIPHER* aes_128_gcm() {
    static EVP_CIPHER* const algorithm = EVP_CIPHER_fetch(nullptr, "AES-128-GCM", nullptr);
    CHECK(algorithm != nullptr);
    return algorithm;
}

EVP_CIPHER_CTX* cipher_context() {
    thread_local const Owned<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free> context(EVP_CIPHER_CTX_new());
    CHECK(context != nullptr);
    return context.get();
}

int int_size(ByteView view) {
    CHECK(view.size() <= std::numeric_limits<int>::max());
    return static_cast<int>(view.size());
}

}  // namespace

// RFC 5869 on a prepared HMAC: EVP_KDF looks its algorithms up anew for every key, which takes
// three times as long as the derivation.
Bytes hkdf_sha256(ByteView secret, ByteView salt, ByteView info, std::size_t length) {
    CHECK(!secret.empty() && length > 0 && length <= kMaxHkdfOutput);
    const std::array<std::uint8_t, Digest::kSize> no_salt{};
    const Digest extracted = hmac_sha256(salt.empty() ? ByteView(no_salt) : salt, secret);
    Bytes out;
    Bytes block;
    for (std::uint8_t index = 1; out.size() < length; ++index) {
        append(block, info);
        block.push_back(index);
        const Digest expanded = hmac_sha256(extracted.view(), block);
        append(out, expanded.view());
        block = to_bytes(expanded.view());
    }
    out.resize(length);
    return out;
}

SymmetricKey message_key(const SymmetricKey& data_key, std::string_view purpose,
                         std::string_view sender, const Salt& salt) {
    Bytes info = to_bytes(as_bytes(purpose));
    info.push_back(0);
    append(info, as_bytes(sender));
    return *SymmetricKey::from(
        hkdf_sha256(data_key.view(), salt.view(), info, SymmetricKey::kSize));
}

Bytes aes_gcm_encrypt(const SymmetricKey& key, ByteView iv, ByteView aad, ByteView plaintext) {
    CHECK(iv.size() == kIvSize);
    EVP_CIPHER_CTX* const context = cipher_context();
    CHECK(EVP_EncryptInit_ex2(context, aes_128_gcm(), key.bytes.data(), iv.data(), nullptr) == 1);
    int written = 0;
    if (!aad.empty()) {
        CHECK(EVP_EncryptUpdate(context, nullptr, &written, aad.data(), int_size(aad)) == 1);
    }
    Bytes out(plaintext.size() + kSealTagSize);
    written = 0;
    if (!plaintext.empty()) {
        CHECK(EVP_EncryptUpdate(context, out.data(), &written, plaintext.data(),
                                int_size(plaintext)) == 1);
    }
    CHECK(written == int_size(plaintext));
    std::uint8_t* const tag = out.data() + plaintext.size();
    CHECK(EVP_EncryptFinal_ex(context, tag, &written) == 1 && written == 0);
    CHECK(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, kSealTagSize, tag) == 1);
    return out;
}

std::optional<Bytes> aes_gcm_decrypt(const SymmetricKey& key, ByteView iv, ByteView aad,
                                     ByteView ciphertext) {
    if (iv.size() != kIvSize || ciphertext.size() < kSealTagSize) return std::nullopt;
    const ByteView body = ciphertext.first(ciphertext.size() - kSealTagSize);
    auto tag = *FixedBytes<struct TagTag, kSealTagSize>::from(ciphertext.last(kSealTagSize));
    EVP_CIPHER_CTX* const context = cipher_context();
    CHECK(EVP_DecryptInit_ex2(context, aes_128_gcm(), key.bytes.data(), iv.data(), nullptr) == 1);
    int written = 0;
    if (!aad.empty()) {
        CHECK(EVP_DecryptUpdate(context, nullptr, &written, aad.data(), int_size(aad)) == 1);
    }
    Bytes out(body.size());
    if (!body.empty()) {
        CHECK(EVP_DecryptUpdate(context, out.data(), &written, body.data(), int_size(body)) == 1);
    }
    CHECK(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, kSealTagSize, tag.bytes.data()) == 1);
    std::uint8_t rest[kSealTagSize];
    if (EVP_DecryptFinal_ex(context, rest, &written) != 1) {
        ERR_clear_error();
        return std::nullopt;
    }
    return out;
}

Bytes seal(const SymmetricKey& message_key, ByteView aad, ByteView plaintext) {
    return aes_gcm_encrypt(message_key, kZeroIv, aad, plaintext);
}

std::optional<Bytes> unseal(const SymmetricKey& message_key, ByteView aad, ByteView ciphertext) {
    return aes_gcm_decrypt(message_key, kZeroIv, aad, ciphertext);
}

}  // namespace fairfeed
