#include "core/crypto/key_agreement.h"

#include <gtest/gtest.h>

namespace fairfeed {
namespace {

const SymmetricKey kDataKey = *fixed_from_hex<SymmetricKey>("000102030405060708090a0b0c0d0e0f");

// The key of RFC 6979 A.2.5 as PKCS#8, and a wrap for it made with another implementation
// (pyca/cryptography): HKDF salt = ephemeral || recipient, info = AAD = context, IV = zeros.
constexpr std::string_view kRecipientPem =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgya+p2EW6dRZrXCFX\n"
    "Z7HWk05Qw9s26JsSe4piKxIPZyGhRANCAARg/tS6JVqdMclh63TGNW1owEm4kjth\n"
    "+mzmaWIuYPKftnkD/hAIuLyZpBrp6VYovGTy8bIMLX6fUXejwpTURiKZ\n"
    "-----END PRIVATE KEY-----\n";
const WrappedKey kForeignWrap{
    .ephemeral = *fixed_from_hex<PublicKey>(
        "04e86cbbc1dba54ae260a352dc2cf63714ec368c75de9b5802e77200f6660f41c8"
        "9da6e2fb6f7b8827e224f3fbea202656311ea37ad8b167ecf662300364549f31"),
    .ciphertext = *from_hex("67ddc15ad66c1e67274caec5e984ff7e0032fd3eb7f4d0f038c8f86aa8c2f874")};

TEST(KeyAgreement, opens_a_wrap_of_another_implementation) {
    const auto recipient = AgreementKey::from_pem(kRecipientPem);
    ASSERT_TRUE(recipient);
    EXPECT_EQ(recipient->unwrap(kForeignWrap, as_bytes("meter-7 epoch 3")), kDataKey);
    EXPECT_EQ(recipient->unwrap(kForeignWrap, as_bytes("meter-7 epoch 4")), std::nullopt);
}

TEST(KeyAgreement, opens_its_own_wraps_with_the_same_context_only) {
    const AgreementKey recipient = AgreementKey::generate();
    const auto wrapped = wrap_key(recipient.public_key(), kDataKey, as_bytes("meter-7 epoch 3"));
    ASSERT_TRUE(wrapped);
    EXPECT_EQ(wrapped->ciphertext.size(), 32U);
    EXPECT_EQ(recipient.unwrap(*wrapped, as_bytes("meter-7 epoch 3")), kDataKey);
    EXPECT_EQ(recipient.unwrap(*wrapped, as_bytes("meter-8 epoch 3")), std::nullopt);
    EXPECT_EQ(recipient.unwrap(*wrapped, {}), std::nullopt);
}

TEST(KeyAgreement, refuses_a_wrap_for_another_recipient) {
    const AgreementKey recipient = AgreementKey::generate();
    const auto wrapped = wrap_key(recipient.public_key(), kDataKey, {});
    ASSERT_TRUE(wrapped);
    EXPECT_EQ(AgreementKey::generate().unwrap(*wrapped, {}), std::nullopt);
    EXPECT_EQ(recipient.unwrap(*wrapped, {}), kDataKey);
}

TEST(KeyAgreement, never_wraps_twice_alike) {
    const AgreementKey recipient = AgreementKey::generate();
    const auto first = wrap_key(recipient.public_key(), kDataKey, {});
    const auto second = wrap_key(recipient.public_key(), kDataKey, {});
    ASSERT_TRUE(first && second);
    EXPECT_NE(first->ephemeral, second->ephemeral);
    EXPECT_NE(first->ciphertext, second->ciphertext);
}

TEST(KeyAgreement, refuses_damaged_wraps) {
    const AgreementKey recipient = AgreementKey::generate();
    const auto wrapped = wrap_key(recipient.public_key(), kDataKey, {});
    ASSERT_TRUE(wrapped);
    for (std::size_t i = 0; i < wrapped->ciphertext.size(); ++i) {
        WrappedKey damaged = *wrapped;
        damaged.ciphertext[i] ^= 0x80U;
        EXPECT_EQ(recipient.unwrap(damaged, {}), std::nullopt) << i;
    }
    WrappedKey shorter = *wrapped;
    shorter.ciphertext.pop_back();
    WrappedKey longer = *wrapped;
    longer.ciphertext.push_back(0);
    WrappedKey off_curve = *wrapped;
    off_curve.ephemeral.bytes.back() ^= 1U;
    WrappedKey of_another = *wrapped;
    of_another.ephemeral = AgreementKey::generate().public_key();
    for (const WrappedKey& damaged : {shorter, longer, off_curve, of_another, WrappedKey{}}) {
        EXPECT_EQ(recipient.unwrap(damaged, {}), std::nullopt);
    }
}

TEST(KeyAgreement, refuses_a_recipient_off_the_curve) {
    PublicKey off_curve = AgreementKey::generate().public_key();
    off_curve.bytes.back() ^= 1U;
    EXPECT_EQ(wrap_key(off_curve, kDataKey, {}), std::nullopt);
    EXPECT_EQ(wrap_key(PublicKey{}, kDataKey, {}), std::nullopt);
}

TEST(KeyAgreement, keeps_its_key_through_pem) {
    const AgreementKey key = AgreementKey::generate();
    const auto again = AgreementKey::from_pem(key.to_pem());
    ASSERT_TRUE(again);
    EXPECT_EQ(again->public_key(), key.public_key());
    const auto wrapped = wrap_key(key.public_key(), kDataKey, {});
    ASSERT_TRUE(wrapped);
    EXPECT_EQ(again->unwrap(*wrapped, {}), kDataKey);
}

}  // namespace
}  // namespace fairfeed
