#include "core/crypto/p256.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "core/base/check.h"
#include "core/crypto/owned.h"
#include "core/crypto/private_key.h"

namespace fairfeed {
namespace {

using Context = Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using Number = Owned<BIGNUM, BN_clear_free>;
using Memory = Owned<BIO, BIO_free>;
using ParamBuilder = Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using Params = Owned<OSSL_PARAM, OSSL_PARAM_free>;

constexpr const char* kCurve = SN_X9_62_prime256v1;

P256Key adopt(EVP_PKEY* key) {
    return key == nullptr ? nullptr : P256Key(key, EVP_PKEY_free);
}

P256Key none() {
    ERR_clear_error();
    return nullptr;
}

// The key pair of these parts, or the public key if the scalar is null.
P256Key from_parts(const PublicKey& point, const BIGNUM* scalar) {
    const ParamBuilder builder(OSSL_PARAM_BLD_new());
    CHECK(builder != nullptr);
    CHECK(OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, kCurve, 0));
    CHECK(OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY,
                                           point.bytes.data(), point.bytes.size()));
    if (scalar != nullptr) {
        CHECK(OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, scalar));
    }
    const Params params(OSSL_PARAM_BLD_to_param(builder.get()));
    const Context context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
    CHECK(params != nullptr && context != nullptr);
    CHECK(EVP_PKEY_fromdata_init(context.get()) == 1);
    EVP_PKEY* key = nullptr;
    const int selection = scalar != nullptr ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY;
    if (EVP_PKEY_fromdata(context.get(), &key, selection, params.get()) != 1) return none();
    return adopt(key);
}

// A public key of no person, to copy the curve from.
P256Key public_pattern() {
    P256Key key = from_parts(p256_point(p256_generate()), nullptr);
    CHECK(key != nullptr);
    return key;
}

// Named curve P-256, both halves present and matching.
bool is_consistent_p256(EVP_PKEY* key) {
    if (EVP_PKEY_is_a(key, "EC") != 1) return false;
    char curve[32] = {};
    if (EVP_PKEY_get_group_name(key, curve, sizeof curve, nullptr) != 1) return false;
    if (std::string_view(curve) != kCurve) return false;
    int is_explicit = 0;
    if (EVP_PKEY_get_int_param(key, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS,
                               &is_explicit) == 1 &&
        is_explicit != 0) {
        return false;
    }
    const Context context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
    CHECK(context != nullptr);
    return EVP_PKEY_check(context.get()) == 1;
}

void copy_coordinate(EVP_PKEY* key, const char* name, std::uint8_t* out) {
    BIGNUM* number = nullptr;
    CHECK(EVP_PKEY_get_bn_param(key, name, &number) == 1);
    const Number owned(number);
    CHECK(BN_bn2binpad(number, out, 32) == 32);
}

}  // namespace

P256Key p256_generate() {
    P256Key key = adopt(EVP_EC_gen(kCurve));
    CHECK(key != nullptr);
    return key;
}

P256Key p256_from_pem(std::string_view pem) {
    P256Key key = adopt(ec_key_from_pem(pem));
    if (key == nullptr || !is_consistent_p256(key.get())) return none();
    return key;
}

P256Key p256_from_scalar(ByteView scalar) {
    if (scalar.size() != 32) return nullptr;
    const Owned<EC_GROUP, EC_GROUP_free> group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
    const Number number(BN_bin2bn(scalar.data(), 32, nullptr));
    CHECK(group != nullptr && number != nullptr);
    if (BN_is_zero(number.get()) || BN_cmp(number.get(), EC_GROUP_get0_order(group.get())) >= 0) {
        return nullptr;
    }
    const Owned<EC_POINT, EC_POINT_free> product(EC_POINT_new(group.get()));
    CHECK(product != nullptr);
    CHECK(EC_POINT_mul(group.get(), product.get(), number.get(), nullptr, nullptr, nullptr) == 1);
    PublicKey point;
    CHECK(EC_POINT_point2oct(group.get(), product.get(), POINT_CONVERSION_UNCOMPRESSED,
                             point.bytes.data(), point.bytes.size(),
                             nullptr) == point.bytes.size());
    P256Key key = from_parts(point, number.get());
    CHECK(key != nullptr);
    return key;
}

// Copies a key and gives the copy another point. A key from parts alone derives the whole curve
// anew and takes four times as long; a network has many thousands of keys.
P256Key p256_from_point(const PublicKey& point) {
    static const P256Key pattern = public_pattern();
    if (point.bytes[0] != POINT_CONVERSION_UNCOMPRESSED) return nullptr;
    P256Key key = adopt(EVP_PKEY_dup(pattern.get()));
    CHECK(key != nullptr);
    if (EVP_PKEY_set1_encoded_public_key(key.get(), point.bytes.data(), point.bytes.size()) != 1) {
        return none();
    }
    return key;
}

bool is_p256_point(const PublicKey& point) {
    static const Owned<EC_GROUP, EC_GROUP_free> curve(
        EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
    if (point.bytes[0] != POINT_CONVERSION_UNCOMPRESSED) return false;
    const Owned<EC_POINT, EC_POINT_free> found(EC_POINT_new(curve.get()));
    CHECK(found != nullptr);
    const bool is_on_curve = EC_POINT_oct2point(curve.get(), found.get(), point.bytes.data(),
                                                point.bytes.size(), nullptr) == 1;
    if (!is_on_curve) ERR_clear_error();
    return is_on_curve;
}

std::string p256_to_pem(const P256Key& key) {
    const Memory memory(BIO_new(BIO_s_secmem()));
    CHECK(memory != nullptr);
    CHECK(PEM_write_bio_PKCS8PrivateKey(memory.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                        nullptr) == 1);
    char* text = nullptr;
    const long size = BIO_get_mem_data(memory.get(), &text);
    CHECK(size > 0);
    return {text, static_cast<std::size_t>(size)};
}

PublicKey p256_point(const P256Key& key) {
    PublicKey out;
    out.bytes[0] = POINT_CONVERSION_UNCOMPRESSED;
    copy_coordinate(key.get(), OSSL_PKEY_PARAM_EC_PUB_X, out.bytes.data() + 1);
    copy_coordinate(key.get(), OSSL_PKEY_PARAM_EC_PUB_Y, out.bytes.data() + 33);
    return out;
}

}  // namespace fairfeed
