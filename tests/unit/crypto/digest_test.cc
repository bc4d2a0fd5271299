#include "core/crypto/digest.h"

#include <gtest/gtest.h>

#include <string>

namespace fairfeed {
namespace {

struct HmacCase {
    Bytes key;
    Bytes data;
    std::string_view tag;
};

TEST(Digest, agrees_with_the_examples_of_the_standard) {
    EXPECT_EQ(to_hex(sha256(ByteView{}).view()),
              "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(to_hex(sha256(as_bytes("abc")).view()),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Digest, hashes_parts_as_their_concatenation) {
    EXPECT_EQ(sha256({as_bytes("a"), ByteView{}, as_bytes("bc")}), sha256(as_bytes("abc")));
    EXPECT_EQ(sha256({}), sha256(ByteView{}));
}

TEST(Digest, keeps_nothing_between_two_hashes) {
    const Digest first = sha256(as_bytes("abc"));
    EXPECT_NE(sha256(as_bytes("abcd")), first);
    EXPECT_EQ(sha256(as_bytes("abc")), first);
}

// RFC 4231, test cases 1 to 4, 6 and 7.
TEST(Hmac, agrees_with_rfc_4231) {
    const Bytes long_key(131, 0xaa);
    const HmacCase cases[] = {
        {Bytes(20, 0x0b), to_bytes(as_bytes("Hi There")),
         "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
        {to_bytes(as_bytes("Jefe")), to_bytes(as_bytes("what do ya want for nothing?")),
         "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
        {Bytes(20, 0xaa), Bytes(50, 0xdd),
         "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
        {*from_hex("0102030405060708090a0b0c0d0e0f10111213141516171819"), Bytes(50, 0xcd),
         "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
        {long_key, to_bytes(as_bytes("Test Using Larger Than Block-Size Key - Hash Key First")),
         "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
        {long_key,
         to_bytes(as_bytes("This is a test using a larger than block-size key and a larger than "
                           "block-size data. The key needs to be hashed before being used by the "
                           "HMAC algorithm.")),
         "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
    };
    for (const HmacCase& row : cases) {
        EXPECT_EQ(to_hex(hmac_sha256(row.key, row.data).view()), row.tag);
    }
}

TEST(Hmac, takes_an_empty_key_for_a_key_and_not_for_the_last_one) {
    (void)hmac_sha256(as_bytes("another"), as_bytes("message"));
    EXPECT_EQ(to_hex(hmac_sha256({}, {}).view()),
              "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

}  // namespace
}  // namespace fairfeed
