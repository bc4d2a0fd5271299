#include "core/crypto/private_key.h"

#include <openssl/decoder.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <limits>

#include "core/base/check.h"
#include "core/crypto/owned.h"

namespace fairfeed {
namespace {

using Decoder = Owned<OSSL_DECODER_CTX, OSSL_DECODER_CTX_free>;
using Memory = Owned<BIO, BIO_free>;
using Pkcs8 = Owned<PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free>;

EVP_PKEY* none() {
    ERR_clear_error();
    return nullptr;
}

}  // namespace

EVP_PKEY* ec_key_from_pkcs8(ByteView der) {
    const unsigned char* cursor = der.data();
    const Pkcs8 parsed(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &cursor, static_cast<long>(der.size())));
    if (parsed == nullptr || cursor != der.data() + der.size()) return none();
    EVP_PKEY* key = nullptr;
    const Decoder decoder(OSSL_DECODER_CTX_new_for_pkey(&key, "DER", "PrivateKeyInfo", "EC",
                                                        EVP_PKEY_KEYPAIR, nullptr, nullptr));
    CHECK(decoder != nullptr);
    cursor = der.data();
    std::size_t left = der.size();
    if (OSSL_DECODER_from_data(decoder.get(), &cursor, &left) == 1 && key != nullptr) return key;
    EVP_PKEY_free(key);
    return none();
}

EVP_PKEY* ec_key_from_pem(std::string_view pem) {
    // OpenSSL rejects an empty buffer with a null address.
    if (pem.empty() || pem.size() > std::numeric_limits<int>::max()) return nullptr;
    const Memory memory(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    CHECK(memory != nullptr);
    char* name = nullptr;
    char* header = nullptr;
    unsigned char* data = nullptr;
    long size = 0;
    if (PEM_read_bio(memory.get(), &name, &header, &data, &size) != 1) return none();
    EVP_PKEY* key = nullptr;
    if (std::string_view(name) == PEM_STRING_PKCS8INF)
        key = ec_key_from_pkcs8({data, static_cast<std::size_t>(size)});
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_clear_free(data, static_cast<std::size_t>(size));
    return key;
}

}  // namespace fairfeed
