#include "core/crypto/digest.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>

#include "core/base/check.h"
#include "core/crypto/owned.h"

namespace fairfeed {
namespace {

const EVP_MD* sha256_algorithm() {
    static EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    CHECK(algorithm != nullptr);
    return algorithm;
}

EVP_MD_CTX* begin_sha256() {
    thread_local const Owned<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
    CHECK(EVP_DigestInit_ex2(context.get(), sha256_algorithm(), nullptr) == 1);
    return context.get();
}

Digest finish_sha256(EVP_MD_CTX* context) {
    Digest out;
    CHECK(EVP_DigestFinal_ex(context, out.bytes.data(), nullptr) == 1);
    return out;
}

Owned<EVP_MAC_CTX, EVP_MAC_CTX_free> new_hmac_context() {
    static EVP_MAC* const algorithm = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    CHECK(algorithm != nullptr);
    Owned<EVP_MAC_CTX, EVP_MAC_CTX_free> context(EVP_MAC_CTX_new(algorithm));
    char digest_name[] = "SHA256";
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest_name, 0),
        OSSL_PARAM_construct_end()};
    CHECK(context != nullptr && EVP_MAC_CTX_set_params(context.get(), params) == 1);
    return context;
}

}  // namespace

Digest sha256(ByteView data) {
    EVP_MD_CTX* const context = begin_sha256();
    CHECK(EVP_DigestUpdate(context, data.data(), data.size()) == 1);
    return finish_sha256(context);
}

Digest sha256(std::initializer_list<ByteView> parts) {
    EVP_MD_CTX* const context = begin_sha256();
    for (const ByteView part : parts) {
        CHECK(EVP_DigestUpdate(context, part.data(), part.size()) == 1);
    }
    return finish_sha256(context);
}

Digest hmac_sha256(ByteView key, ByteView data) {
    thread_local const auto context = new_hmac_context();
    constexpr std::uint8_t kNoKey = 0;  // a null key would mean "use the previous key"
    const std::uint8_t* key_bytes = key.empty() ? &kNoKey : key.data();
    CHECK(EVP_MAC_init(context.get(), key_bytes, key.size(), nullptr) == 1);
    CHECK(EVP_MAC_update(context.get(), data.data(), data.size()) == 1);
    Digest out;
    std::size_t size = 0;
    CHECK(EVP_MAC_final(context.get(), out.bytes.data(), &size, out.bytes.size()) == 1);
    CHECK(size == out.bytes.size());
    return out;
}

}  // namespace fairfeed
