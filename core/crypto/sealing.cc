#include "core/crypto/sealing.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>

#include <array>
#include <limits>

#include "core/base/check.h"
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

Owned<EVP_KDF_CTX, EVP_KDF_CTX_free> new_hkdf_context() {
    static EVP_KDF* const algorithm = EVP_KDF_fetch(nullptr, "HKDF", nullptr);
    CHECK(algorithm != nullptr);
    Owned<EVP_KDF_CTX, EVP_KDF_CTX_free> context(EVP_KDF_CTX_new(algorithm));
    CHECK(context != nullptr);
    return context;
}

OSSL_PARAM octets(const char* name, ByteView view) {
    // OpenSSL's pointer is non-const, but OpenSSL does not write through it.
    return OSSL_PARAM_construct_octet_string(name, const_cast<std::uint8_t*>(view.data()),
                                             view.size());
}

int int_size(ByteView view) {
    CHECK(view.size() <= std::numeric_limits<int>::max());
    return static_cast<int>(view.size());
}

}  // namespace

Bytes hkdf_sha256(ByteView secret, ByteView salt, ByteView info, std::size_t length) {
    CHECK(!secret.empty() && length > 0 && length <= kMaxHkdfOutput);
    thread_local const auto context = new_hkdf_context();
    EVP_KDF_CTX_reset(context.get());
    char digest_name[] = "SHA256";
    std::array<OSSL_PARAM, 5> params;
    std::size_t count = 0;
    params[count++] = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest_name, 0);
    params[count++] = octets(OSSL_KDF_PARAM_KEY, secret);
    if (!salt.empty()) params[count++] = octets(OSSL_KDF_PARAM_SALT, salt);
    if (!info.empty()) params[count++] = octets(OSSL_KDF_PARAM_INFO, info);
    params[count] = OSSL_PARAM_construct_end();
    Bytes out(length);
    CHECK(EVP_KDF_derive(context.get(), out.data(), out.size(), params.data()) == 1);
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
