#include "core/base/bytes.h"

#include <gtest/gtest.h>

namespace fairfeed {
namespace {

TEST(Hex, goes_there_and_back_for_every_byte) {
    Bytes all;
    for (int i = 0; i < 256; ++i)
        all.push_back(static_cast<std::uint8_t>(i));
    EXPECT_EQ(from_hex(to_hex(all)), all);
    EXPECT_EQ(to_hex(Bytes{0x00, 0x0a, 0xff}), "000aff");
    EXPECT_EQ(from_hex(""), Bytes{});
}

TEST(Hex, reads_either_case_and_refuses_the_rest) {
    EXPECT_EQ(from_hex("aBCd"), (Bytes{0xab, 0xcd}));
    for (const std::string_view bad : {"0", "0g", "g0", "0x", " 0", "00 ", "-1", "/0", ":0"}) {
        EXPECT_EQ(from_hex(bad), std::nullopt) << bad;
    }
}

TEST(FixedBytes, takes_exactly_its_size) {
    EXPECT_TRUE(Salt::from(Bytes(16)));
    EXPECT_FALSE(Salt::from(Bytes(15)));
    EXPECT_FALSE(Salt::from(Bytes(17)));
    EXPECT_TRUE(fixed_from_hex<Salt>(std::string(32, 'a')));
    EXPECT_FALSE(fixed_from_hex<Salt>(std::string(30, 'a')));
    EXPECT_FALSE(fixed_from_hex<Salt>(std::string(32, 'x')));
}

TEST(FixedBytes, compares_as_big_endian_numbers) {
    Salt low;
    Salt high;
    low.bytes.back() = 0xff;
    high.bytes.front() = 0x01;
    EXPECT_LT(low, high);
}

TEST(ShortHex, shows_the_first_eight_bytes) {
    Digest digest;
    digest.bytes[0] = 0xab;
    digest.bytes[8] = 0xcd;
    EXPECT_EQ(short_hex(digest), "ab00000000000000");
}

TEST(Bytes, join_and_view_as_text) {
    Bytes bytes = to_bytes(as_bytes("con"));
    append(bytes, as_bytes("cat"));
    EXPECT_EQ(as_text(bytes), "concat");
}

}  // namespace
}  // namespace fairfeed
