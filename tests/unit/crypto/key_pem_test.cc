#include <gtest/gtest.h>

#include <string>

#include "core/crypto/key_agreement.h"
#include "core/crypto/signing.h"

namespace fairfeed {
namespace {

struct RefusedPem {
    std::string_view why;
    std::string_view pem;
};

constexpr RefusedPem kRefused[] = {
    {"an explicit curve",
     "-----BEGIN PRIVATE KEY-----\n"
     "MIIBeQIBADCCAQMGByqGSM49AgEwgfcCAQEwLAYHKoZIzj0BAQIhAP////8AAAAB\n"
     "AAAAAAAAAAAAAAAA////////////////MFsEIP////8AAAABAAAAAAAAAAAAAAAA\n"
     "///////////////8BCBaxjXYqjqT57PrvVV2mIa8ZR0GsMxTsPY7zjw+J9JgSwMV\n"
     "AMSdNgiG5wSTamZ44ROdJreBn36QBEEEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg\n"
     "9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9QIhAP////8A\n"
     "AAAA//////////+85vqtpxeehPO5ysL8YyVRAgEBBG0wawIBAQQgrQ0kWgkeyIgh\n"
     "t7Ao3Jubgy07MrCzjJ5qOMIJ5szrBeOhRANCAAQE5+sdspG7QbvrVQ2No5EuBoWZ\n"
     "TqjlFZumCXzwvzi+7PMxJaPYntkI4/mgJ2EaHKtJBk3gFAkBsQIYwzI6SH0M\n"
     "-----END PRIVATE KEY-----\n"},
    {"another curve of the same size",
     "-----BEGIN PRIVATE KEY-----\n"
     "MIGEAgEAMBAGByqGSM49AgEGBSuBBAAKBG0wawIBAQQgVuX/7MYhSPyHiHlOka75\n"
     "9lj9xqmYDO1ZawrKZNEfmsmhRANCAAQ4FzNczzAmca6LZ7+cBaZfl7ISmpPyimTs\n"
     "33CposL75GFyGDmECHoEJTiB+KQfRJFEvim0SUgSHi/B3bs56lHp\n"
     "-----END PRIVATE KEY-----\n"},
    {"a larger curve",
     "-----BEGIN PRIVATE KEY-----\n"
     "MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDBW+veOxNILt+gHryll\n"
     "p78gd5ngFDA00C+/UkqgSC97qpCzCMjH10FEX6P+Y0dIumehZANiAATqANS3Bafh\n"
     "oQvOWsdC9fBs40dzoi1TttEKCxkLjzZ/LX1KriKCeyaYMHUc1K39+M8R6YQFDCA8\n"
     "+lPMkMcqaYA4y4kPj4go0VdkvQJM8FefikcAZbLgdqOsZmw6ts813Cw=\n"
     "-----END PRIVATE KEY-----\n"},
    {"another algorithm",
     "-----BEGIN PRIVATE KEY-----\n"
     "MC4CAQAwBQYDK2VwBCIEII8uBpj7C6OYbZX/+z4SCrcjqoK3MiGT+rnwXjsRK52r\n"
     "-----END PRIVATE KEY-----\n"},
    {"the older key format",
     "-----BEGIN EC PRIVATE KEY-----\n"
     "MHcCAQEEIPv95eJ9GRW2qmvXkymPXwUH24cf2DTARFhI2BfLZgmJoAoGCCqGSM49\n"
     "AwEHoUQDQgAEFwzgyc12ud241cW3YMzSEiqA23q3TlfyjWaJ+WsAKQHo1kktHX0d\n"
     "lQ8zpOhlnEOLKds9EZ7tgm5nTiD5gSMg/w==\n"
     "-----END EC PRIVATE KEY-----\n"},
    {"an encrypted key",
     "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
     "MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAjmF7IYgQLriwICCAAw\n"
     "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEAvff57tPWQndTUbquPswq0EgZBa\n"
     "REVoy5oSv6SiNMbD5rgV1WBQS8dmjr/AJHKhlqGZfsa5e94KNO6Lh7do6+R6/RK9\n"
     "QDTBRIkLpDq+ja/fUZyaN6mGqO1KrxO0MdzsxuB2m1OJOLnhwPOSRlNSrSjbTNsA\n"
     "bETYXPIkUs8gt/ljFBT3QLZ32/JUKxI1O9xhb5Rtxxc2m2ITTGwhd0l7Q0QZMZc=\n"
     "-----END ENCRYPTED PRIVATE KEY-----\n"},
    {"halves that do not match",
     "-----BEGIN PRIVATE KEY-----\n"
     "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgya+p2EW6dRZrXCFX\n"
     "Z7HWk05Qw9s26JsSe4piKxIPZyChRANCAARg/tS6JVqdMclh63TGNW1owEm4kjth\n"
     "+mzmaWIuYPKftnkD/hAIuLyZpBrp6VYovGTy8bIMLX6fUXejwpTURiKZ\n"
     "-----END PRIVATE KEY-----\n"},
    {"nothing", ""},
    {"no key at all", "meter: 7\n"},
    {"an end without a key", "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n"},
};

TEST(KeyPem, refuses_everything_but_a_plain_p256_key) {
    for (const RefusedPem& row : kRefused) {
        EXPECT_FALSE(SigningKey::from_pem(row.pem)) << row.why;
        EXPECT_FALSE(AgreementKey::from_pem(row.pem)) << row.why;
    }
}

TEST(KeyPem, brings_a_signing_key_back) {
    const SigningKey key = SigningKey::generate();
    const std::string pem = key.to_pem();
    EXPECT_TRUE(pem.starts_with("-----BEGIN PRIVATE KEY-----\n"));
    const auto again = SigningKey::from_pem(pem);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->public_key(), key.public_key());
    EXPECT_EQ(again->to_pem(), pem);
}

TEST(KeyPem, brings_a_key_made_from_a_scalar_back) {
    const auto key = SigningKey::from_scalar(Bytes(32, 0x11));
    ASSERT_TRUE(key);
    const auto again = SigningKey::from_pem(key->to_pem());
    ASSERT_TRUE(again);
    EXPECT_EQ(again->public_key(), key->public_key());
}

TEST(KeyPem, refuses_an_empty_text_that_has_no_address) {
    EXPECT_FALSE(SigningKey::from_pem({}));
    EXPECT_FALSE(AgreementKey::from_pem({}));
}

TEST(KeyPem, refuses_a_key_cut_short_anywhere) {
    const std::string pem = SigningKey::generate().to_pem();
    for (std::size_t size = 0; size + 2 < pem.size(); size += 3) {
        EXPECT_FALSE(SigningKey::from_pem(std::string_view(pem).substr(0, size))) << size;
    }
}

}  // namespace
}  // namespace fairfeed
