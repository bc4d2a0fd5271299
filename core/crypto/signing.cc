#include "core/crypto/signing.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include <array>
#include <atomic>
#include <span>

#include "core/base/check.h"
#include "core/crypto/digest.h"
#include "core/crypto/owned.h"
#include "core/crypto/p256.h"

namespace fairfeed {
namespace {

using Context = Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using EcdsaSig = Owned<ECDSA_SIG, ECDSA_SIG_free>;
using Scalar = std::array<std::uint8_t, 32>;  // big-endian, so it compares as a number

constexpr std::size_t kMaxDerSize = 72;

// n, the order of P-256 (FIPS 186-4 D.1.2.3), and floor(n / 2).
constexpr Scalar kOrder = {0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff,
                           0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17,
                           0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};
constexpr Scalar kHalfOrder = {0x7f, 0xff, 0xff, 0xff, 0x80, 0x00, 0x00, 0x00, 0x7f, 0xff, 0xff,
                               0xff, 0xff, 0xff, 0xff, 0xff, 0xde, 0x73, 0x7d, 0x56, 0xd3, 0x8b,
                               0xcf, 0x42, 0x79, 0xdc, 0xe5, 0x61, 0x7e, 0x31, 0x92, 0xa8};

Scalar r_of(const Signature& signature) {
    Scalar out;
    std::copy_n(signature.bytes.begin(), 32, out.begin());
    return out;
}

Scalar s_of(const Signature& signature) {
    Scalar out;
    std::copy_n(signature.bytes.begin() + 32, 32, out.begin());
    return out;
}

bool in_range(const Scalar& value) {
    return value != Scalar{} && value < kOrder;
}

// Writes r || s as the SEQUENCE OF INTEGER that OpenSSL's verifier needs; returns its size in
// `out`.
std::size_t to_der(const Signature& signature, std::span<std::uint8_t, kMaxDerSize> out) {
    const EcdsaSig pair(ECDSA_SIG_new());
    BIGNUM* const r = BN_bin2bn(signature.bytes.data(), 32, nullptr);
    BIGNUM* const s = BN_bin2bn(signature.bytes.data() + 32, 32, nullptr);
    CHECK(pair != nullptr && r != nullptr && s != nullptr);
    CHECK(ECDSA_SIG_set0(pair.get(), r, s) == 1);
    CHECK(i2d_ECDSA_SIG(pair.get(), nullptr) <= static_cast<int>(out.size()));
    unsigned char* cursor = out.data();
    return static_cast<std::size_t>(i2d_ECDSA_SIG(pair.get(), &cursor));
}

Signature from_der(ByteView der) {
    const unsigned char* cursor = der.data();
    const EcdsaSig pair(d2i_ECDSA_SIG(nullptr, &cursor, static_cast<long>(der.size())));
    CHECK(pair != nullptr);
    Signature out;
    CHECK(BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), out.bytes.data(), 32) == 32);
    CHECK(BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), out.bytes.data() + 32, 32) == 32);
    return out;
}

// A verification context, set up once per key because set-up takes a tenth of a verification. A
// thread that finds it in use sets up its own, so copies of a key never wait for each other.
class PreparedContext {
  public:
    using Init = int (*)(EVP_PKEY_CTX*);
    PreparedContext(P256Key key, Init init)
        : key_(std::move(key)), init_(init), context_(prepare()) {}

    [[nodiscard]] const P256Key& key() const { return key_; }

    template <class Use>
    auto with(const Use& use) const {
        if (busy_.test_and_set(std::memory_order_acquire)) return use(prepare().get());
        const auto result = use(context_.get());
        busy_.clear(std::memory_order_release);
        return result;
    }

  private:
    [[nodiscard]] Context prepare() const {
        Context context(EVP_PKEY_CTX_new_from_pkey(nullptr, key_.get(), nullptr));
        CHECK(context != nullptr && init_(context.get()) == 1);
        return context;
    }

    P256Key key_;
    Init init_;
    Context context_;
    mutable std::atomic_flag busy_;
};

}  // namespace

struct SigningKey::Key {
    explicit Key(const P256Key& key) : context(key, EVP_PKEY_sign_init), point(p256_point(key)) {}
    PreparedContext context;
    PublicKey point;
};

struct VerifyKey::Key {
    explicit Key(P256Key key) : context(std::move(key), EVP_PKEY_verify_init) {}
    PreparedContext context;
};

SigningKey SigningKey::generate() {
    return SigningKey(std::make_shared<Key>(p256_generate()));
}

std::optional<SigningKey> SigningKey::from_pem(std::string_view pem) {
    const P256Key key = p256_from_pem(pem);
    if (key == nullptr) return std::nullopt;
    return SigningKey(std::make_shared<Key>(key));
}

std::optional<SigningKey> SigningKey::from_scalar(ByteView scalar) {
    const P256Key key = p256_from_scalar(scalar);
    if (key == nullptr) return std::nullopt;
    return SigningKey(std::make_shared<Key>(key));
}

std::string SigningKey::to_pem() const {
    return p256_to_pem(key_->context.key());
}

PublicKey SigningKey::public_key() const {
    return key_->point;
}

Signature SigningKey::sign(ByteView message) const {
    const Digest digest = sha256(message);
    std::array<std::uint8_t, kMaxDerSize> der{};
    std::size_t size = der.size();
    const int done = key_->context.with([&](EVP_PKEY_CTX* context) {
        return EVP_PKEY_sign(context, der.data(), &size, digest.bytes.data(), digest.bytes.size());
    });
    CHECK(done == 1);
    const Signature signature = from_der(ByteView(der).first(size));
    return has_low_s(signature) ? signature : flip_s(signature);
}

std::optional<VerifyKey> VerifyKey::from_point(const PublicKey& point) {
    P256Key key = p256_from_point(point);
    if (key == nullptr) return std::nullopt;
    return VerifyKey(std::make_shared<Key>(std::move(key)), point);
}

bool VerifyKey::verify(ByteView message, const Signature& signature) const {
    if (!in_range(r_of(signature)) || !in_range(s_of(signature))) return false;
    const Digest digest = sha256(message);
    std::array<std::uint8_t, kMaxDerSize> der{};
    const std::size_t size = to_der(signature, der);
    const int verdict = key_->context.with([&](EVP_PKEY_CTX* context) {
        return EVP_PKEY_verify(context, der.data(), size, digest.bytes.data(), digest.bytes.size());
    });
    if (verdict != 1) ERR_clear_error();
    return verdict == 1;
}

SignatureFault VerifyKey::verify_strict(ByteView message, const Signature& signature) const {
    if (!verify(message, signature)) return SignatureFault::wrong;
    return has_low_s(signature) ? SignatureFault::none : SignatureFault::high_s;
}

bool has_low_s(const Signature& signature) {
    return s_of(signature) <= kHalfOrder;
}

Signature flip_s(const Signature& signature) {
    const Scalar s = s_of(signature);
    Signature out = signature;
    int borrow = 0;
    for (std::size_t i = s.size(); i-- > 0;) {
        const int difference = kOrder[i] - s[i] - borrow;
        borrow = difference < 0 ? 1 : 0;
        out.bytes[32 + i] = static_cast<std::uint8_t>(difference + borrow * 256);
    }
    return out;
}

}  // namespace fairfeed
