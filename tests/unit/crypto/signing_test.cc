#include "core/crypto/signing.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "tests/unit/crypto/nist_file.h"

namespace fairfeed {
namespace {

// RFC 6979 A.2.5: the key and its two SHA-256 signatures, the first with a high s.
constexpr std::string_view kScalar =
    "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721";
constexpr std::string_view kPoint =
    "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
    "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";
constexpr std::string_view kSampleSignature =
    "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
    "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8";
constexpr std::string_view kTestSignature =
    "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367"
    "019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083";
constexpr std::string_view kOrder =
    "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
constexpr std::string_view kHalfOrder =
    "7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8";

Signature signature_of(std::string_view hex) {
    return *fixed_from_hex<Signature>(hex);
}
PublicKey point_of(std::string_view hex) {
    return *fixed_from_hex<PublicKey>(hex);
}
VerifyKey rfc_key() {
    return *VerifyKey::from_point(point_of(kPoint));
}
Signature joined(std::string_view r, std::string_view s) {
    return signature_of(std::string(r) + std::string(s));
}

TEST(Signing, accepts_the_signatures_of_rfc_6979) {
    EXPECT_TRUE(rfc_key().verify(as_bytes("sample"), signature_of(kSampleSignature)));
    EXPECT_TRUE(rfc_key().verify(as_bytes("test"), signature_of(kTestSignature)));
    EXPECT_FALSE(rfc_key().verify(as_bytes("test"), signature_of(kSampleSignature)));
}

TEST(Signing, refuses_a_high_s_only_in_the_strict_verifier) {
    const Signature high = signature_of(kSampleSignature);
    EXPECT_TRUE(rfc_key().verify(as_bytes("sample"), high));
    EXPECT_EQ(rfc_key().verify_strict(as_bytes("sample"), high), SignatureFault::high_s);
    EXPECT_EQ(rfc_key().verify_strict(as_bytes("sample"), flip_s(high)), SignatureFault::none);
    EXPECT_EQ(rfc_key().verify_strict(as_bytes("samplf"), high), SignatureFault::wrong);
    EXPECT_EQ(rfc_key().verify_strict(as_bytes("test"), signature_of(kTestSignature)),
              SignatureFault::none);
}

TEST(Signing, flips_s_there_and_back) {
    const Signature high = signature_of(kSampleSignature);
    EXPECT_FALSE(has_low_s(high));
    EXPECT_TRUE(has_low_s(flip_s(high)));
    EXPECT_NE(flip_s(high), high);
    EXPECT_EQ(flip_s(flip_s(high)), high);
}

TEST(Signing, draws_the_line_of_low_s_at_half_the_order) {
    const std::string r(64, '1');
    std::string above(kHalfOrder);
    above.back() = '9';
    EXPECT_TRUE(has_low_s(joined(r, kHalfOrder)));
    EXPECT_FALSE(has_low_s(joined(r, above)));
    EXPECT_EQ(flip_s(joined(r, kHalfOrder)), joined(r, above));
}

TEST(Signing, refuses_r_and_s_out_of_range) {
    const std::string zero(64, '0');
    const std::string top(64, 'f');
    const std::string good(kTestSignature.substr(0, 64));
    const Signature bad[] = {joined(zero, zero),   joined(zero, good),   joined(good, zero),
                             joined(kOrder, good), joined(good, kOrder), joined(top, good),
                             joined(good, top)};
    for (const Signature& signature : bad) {
        EXPECT_FALSE(rfc_key().verify(as_bytes("test"), signature));
        EXPECT_EQ(rfc_key().verify_strict(as_bytes("test"), signature), SignatureFault::wrong);
    }
}

TEST(Signing, derives_the_public_key_of_a_scalar) {
    const auto key = SigningKey::from_scalar(*from_hex(kScalar));
    ASSERT_TRUE(key);
    EXPECT_EQ(key->public_key(), point_of(kPoint));
    EXPECT_EQ(rfc_key().verify_strict(as_bytes("m"), key->sign(as_bytes("m"))),
              SignatureFault::none);
}

TEST(Signing, refuses_a_scalar_that_is_no_key) {
    EXPECT_FALSE(SigningKey::from_scalar(Bytes(32, 0)));
    EXPECT_FALSE(SigningKey::from_scalar(*from_hex(kOrder)));
    EXPECT_FALSE(SigningKey::from_scalar(Bytes(32, 0xff)));
    EXPECT_FALSE(SigningKey::from_scalar(Bytes(31, 1)));
    EXPECT_FALSE(SigningKey::from_scalar(Bytes(33, 1)));
}

TEST(Signing, signs_low_every_time_and_only_its_own_message) {
    const SigningKey key = SigningKey::generate();
    const VerifyKey verifier = *VerifyKey::from_point(key.public_key());
    for (std::size_t size = 0; size < 64; ++size) {
        const Bytes message(size, 0x5a);
        const Signature signature = key.sign(message);
        EXPECT_EQ(verifier.verify_strict(message, signature), SignatureFault::none);
        EXPECT_EQ(verifier.verify_strict(Bytes(size + 1, 0x5a), signature), SignatureFault::wrong);
    }
}

TEST(Signing, refuses_a_signature_with_any_one_bit_changed) {
    const SigningKey key = SigningKey::generate();
    const VerifyKey verifier = *VerifyKey::from_point(key.public_key());
    const Signature signature = key.sign(as_bytes("1234 Wh"));
    for (std::size_t bit = 0; bit < signature.bytes.size() * 8; ++bit) {
        Signature damaged = signature;
        damaged.bytes[bit / 8] = static_cast<std::uint8_t>(damaged.bytes[bit / 8] ^ 1U << bit % 8);
        EXPECT_FALSE(verifier.verify(as_bytes("1234 Wh"), damaged)) << bit;
    }
}

TEST(Signing, refuses_another_meters_key) {
    const Signature signature = SigningKey::generate().sign(as_bytes("m"));
    const VerifyKey other = *VerifyKey::from_point(SigningKey::generate().public_key());
    EXPECT_EQ(other.verify_strict(as_bytes("m"), signature), SignatureFault::wrong);
}

TEST(VerifyKey, refuses_points_off_the_curve_and_other_forms) {
    std::string off_curve(kPoint);
    off_curve.back() = '8';
    const std::string compressed = "02" + std::string(kPoint.substr(2));
    const std::string hybrid = "07" + std::string(kPoint.substr(2));
    // x = 0 is on the curve; the same point written with x = p is refused.
    const std::string y = "66485c780e2f83d72433bd5d84a06bb6541c2af31dae871728bf856a174f93f4";
    const std::string p = "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff";
    EXPECT_TRUE(VerifyKey::from_point(point_of("04" + std::string(64, '0') + y)));
    EXPECT_FALSE(VerifyKey::from_point(point_of("04" + p + y)));
    EXPECT_FALSE(VerifyKey::from_point(point_of(off_curve)));
    EXPECT_FALSE(VerifyKey::from_point(point_of(compressed)));
    EXPECT_FALSE(VerifyKey::from_point(point_of(hybrid)));
    EXPECT_FALSE(VerifyKey::from_point(point_of("04" + std::string(128, '0'))));
    EXPECT_FALSE(VerifyKey::from_point(point_of("01" + std::string(128, '0'))));
    EXPECT_FALSE(VerifyKey::from_point(PublicKey{}));
}

TEST(VerifyKey, keeps_the_point_it_was_made_from) {
    EXPECT_EQ(rfc_key().point(), point_of(kPoint));
}

TEST(SigningKey, may_be_used_through_copies_by_several_threads) {
    const SigningKey key = SigningKey::generate();
    const VerifyKey verifier = *VerifyKey::from_point(key.public_key());
    std::atomic<int> good = 0;
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&good, key, verifier, i] {
            for (int round = 0; round < 100; ++round) {
                const Bytes message(8, static_cast<std::uint8_t>(i * 16 + round % 16));
                const bool ok = verifier.verify(message, key.sign(message));
                if (ok) ++good;
            }
        });
    }
    threads.clear();
    EXPECT_EQ(good, 400);
}

PublicKey nist_point(const NistCase& row) {
    return point_of("04" + row.at("Qx") + row.at("Qy"));
}

TEST(Signing, agrees_with_the_nist_signature_verification_vectors) {
    const std::filesystem::path file =
        FAIRFEED_SHARED_DIR "/data/crypto/nist/ecdsa_p256_sha256_SigVer.rsp";
    if (!std::filesystem::exists(file)) GTEST_SKIP() << "no " << file;
    int cases = 0;
    for (const NistCase& row : read_nist_file(file)) {
        if (!row.contains("Msg")) continue;
        const bool expected = row.at("Result").starts_with('P');
        const auto key = VerifyKey::from_point(nist_point(row));
        const Signature signature = joined(row.at("R"), row.at("S"));
        const bool actual = key && key->verify(*from_hex(row.at("Msg")), signature);
        EXPECT_EQ(actual, expected) << row.at("Msg");
        ++cases;
    }
    EXPECT_EQ(cases, 15);
}

}  // namespace
}  // namespace fairfeed
