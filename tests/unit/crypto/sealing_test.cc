#include "core/crypto/sealing.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tests/unit/crypto/nist_file.h"

namespace fairfeed {
namespace {

SymmetricKey key_of(std::string_view hex) {
    return *fixed_from_hex<SymmetricKey>(hex);
}

Bytes counting(int first, int count) {
    Bytes out;
    for (int i = 0; i < count; ++i)
        out.push_back(static_cast<std::uint8_t>(first + i));
    return out;
}

struct GcmCase {
    std::string_view key, iv, aad, plain, sealed;
};

// Test cases 1, 2 and 4 of the GCM specification (McGrew and Viega).
constexpr GcmCase kGcm[] = {
    {"00000000000000000000000000000000", "000000000000000000000000", "", "",
     "58e2fccefa7e3061367f1d57a4e7455a"},
    {"00000000000000000000000000000000", "000000000000000000000000", "",
     "00000000000000000000000000000000",
     "0388dace60b6a392f328c2b971b2fe78ab6e47d42cec13bdf53a67b21257bddf"},
    {"feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
     "feedfacedeadbeeffeedfacedeadbeefabaddad2",
     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
     "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
     "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
     "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091"
     "5bc94fbc3221a5db94fae95ae7121a47"},
};

TEST(AesGcm, agrees_with_the_cases_of_its_specification) {
    for (const GcmCase& row : kGcm) {
        const Bytes iv = *from_hex(row.iv);
        const Bytes aad = *from_hex(row.aad);
        const Bytes plain = *from_hex(row.plain);
        const Bytes sealed = aes_gcm_encrypt(key_of(row.key), iv, aad, plain);
        EXPECT_EQ(to_hex(sealed), row.sealed);
        EXPECT_EQ(aes_gcm_decrypt(key_of(row.key), iv, aad, sealed), plain);
    }
}

TEST(AesGcm, agrees_with_the_nist_decryption_vectors) {
    const std::filesystem::path file =
        FAIRFEED_SHARED_DIR "/data/crypto/nist/gcmDecrypt128_iv96_tag128.rsp";
    if (!std::filesystem::exists(file)) GTEST_SKIP() << "no " << file;
    int opened = 0;
    int refused = 0;
    for (const NistCase& row : read_nist_file(file)) {
        if (!row.contains("Key")) continue;
        const Bytes sealed = *from_hex(row.at("CT") + row.at("Tag"));
        const auto plain = aes_gcm_decrypt(key_of(row.at("Key")), *from_hex(row.at("IV")),
                                           *from_hex(row.at("AAD")), sealed);
        EXPECT_EQ(plain.has_value(), !row.contains("FAIL")) << row.at("Key");
        EXPECT_EQ(to_hex(plain.value_or(Bytes{})), plain ? row.at("PT") : "");
        ++(plain ? opened : refused);
    }
    EXPECT_EQ(opened + refused, 375);
    EXPECT_GT(opened, 100);
    EXPECT_GT(refused, 100);
}

TEST(AesGcm, refuses_an_iv_or_a_ciphertext_of_the_wrong_size) {
    const Bytes sealed = aes_gcm_encrypt(SymmetricKey{}, Bytes(12), {}, as_bytes("m"));
    EXPECT_TRUE(aes_gcm_decrypt(SymmetricKey{}, Bytes(12), {}, sealed));
    for (const std::size_t size : {0U, 11U, 13U, 16U}) {
        EXPECT_FALSE(aes_gcm_decrypt(SymmetricKey{}, Bytes(size), {}, sealed)) << size;
    }
    for (std::size_t size = 0; size < sealed.size(); ++size) {
        EXPECT_FALSE(aes_gcm_decrypt(SymmetricKey{}, Bytes(12), {}, ByteView(sealed).first(size)));
    }
}

// RFC 5869, test cases 1 to 3.
TEST(Hkdf, agrees_with_rfc_5869) {
    EXPECT_EQ(to_hex(hkdf_sha256(Bytes(22, 0x0b), counting(0, 13), counting(0xf0, 10), 42)),
              "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
              "34007208d5b887185865");
    EXPECT_EQ(to_hex(hkdf_sha256(counting(0, 80), counting(0x60, 80), counting(0xb0, 80), 82)),
              "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c"
              "59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71"
              "cc30c58179ec3e87c14c01d5c1f3434f1d87");
    EXPECT_EQ(to_hex(hkdf_sha256(Bytes(22, 0x0b), {}, {}, 42)),
              "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"
              "9d201395faa4b61a96c8");
}

TEST(Hkdf, gives_up_to_8160_bytes_and_shorter_outputs_as_their_beginning) {
    const Bytes longest = hkdf_sha256(Bytes(16, 1), {}, {}, 8160);
    EXPECT_EQ(longest.size(), 8160U);
    EXPECT_EQ(hkdf_sha256(Bytes(16, 1), {}, {}, 33), to_bytes(ByteView(longest).first(33)));
}

// Computed with another implementation (pyca/cryptography) from protocol 2.
TEST(MessageKey, agrees_with_another_implementation) {
    const SymmetricKey data_key = *SymmetricKey::from(counting(0, 16));
    const Salt salt = *Salt::from(counting(0xa0, 16));
    const SymmetricKey key = message_key(data_key, "reading", "meter-7", salt);
    EXPECT_EQ(to_hex(key.view()), "19b0c42152d4b01bef363c892a0766c1");
    EXPECT_EQ(to_hex(seal(key, as_bytes("head"), as_bytes("1234 Wh"))),
              "2abf8435f158fb13951c5c43f0eb32be6e553ef74a1d7a");
}

TEST(MessageKey, differs_with_everything_that_enters_it) {
    const SymmetricKey data_key{};
    const SymmetricKey other_key = key_of("00000000000000000000000000000001");
    const Salt salt{};
    const Salt other_salt = *Salt::from(counting(0, 16));
    const SymmetricKey key = message_key(data_key, "reading", "m-1", salt);
    EXPECT_NE(message_key(other_key, "reading", "m-1", salt), key);
    EXPECT_NE(message_key(data_key, "bill", "m-1", salt), key);
    EXPECT_NE(message_key(data_key, "reading", "m-2", salt), key);
    EXPECT_NE(message_key(data_key, "reading", "m-1", other_salt), key);
    EXPECT_NE(message_key(data_key, "readingm", "-1", salt), key);
    EXPECT_EQ(message_key(data_key, "reading", "m-1", salt), key);
}

TEST(Seal, opens_with_the_same_key_and_header_only) {
    const SymmetricKey key = key_of("000102030405060708090a0b0c0d0e0f");
    const Bytes sealed = seal(key, as_bytes("head"), as_bytes("1234 Wh"));
    EXPECT_EQ(sealed.size(), 7 + kSealTagSize);
    EXPECT_EQ(unseal(key, as_bytes("head"), sealed), to_bytes(as_bytes("1234 Wh")));
    EXPECT_FALSE(unseal(key, as_bytes("heat"), sealed));
    EXPECT_FALSE(unseal(key, {}, sealed));
    EXPECT_FALSE(unseal(SymmetricKey{}, as_bytes("head"), sealed));
}

TEST(Seal, refuses_a_ciphertext_with_any_one_bit_changed) {
    const Bytes sealed = seal(SymmetricKey{}, as_bytes("head"), as_bytes("1234 Wh"));
    for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
        Bytes damaged = sealed;
        damaged[bit / 8] = static_cast<std::uint8_t>(damaged[bit / 8] ^ 1U << bit % 8);
        EXPECT_FALSE(unseal(SymmetricKey{}, as_bytes("head"), damaged)) << bit;
    }
}

TEST(Seal, seals_nothing_to_a_tag) {
    const Bytes sealed = seal(SymmetricKey{}, as_bytes("head"), {});
    EXPECT_EQ(sealed.size(), kSealTagSize);
    EXPECT_EQ(unseal(SymmetricKey{}, as_bytes("head"), sealed), Bytes{});
}

}  // namespace
}  // namespace fairfeed
