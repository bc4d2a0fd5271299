#include "core/crypto/random.h"

#include <gtest/gtest.h>

#include <set>

namespace fairfeed {
namespace {

TEST(SystemRandom, never_repeats_a_salt) {
    const RandomSource random = system_random();
    std::set<Salt> seen;
    for (int i = 0; i < 1000; ++i)
        EXPECT_TRUE(seen.insert(random_fixed<Salt>(random)).second);
}

TEST(SystemRandom, fills_the_whole_span) {
    std::array<std::uint8_t, 4096> bytes{};
    system_random()(bytes);
    const auto zeros = std::count(bytes.end() - 256, bytes.end(), std::uint8_t{0});
    EXPECT_LT(zeros, 32);
}

TEST(RandomFixed, takes_its_bytes_from_the_source_given) {
    const RandomSource sevens = [](std::span<std::uint8_t> out) {
        std::fill(out.begin(), out.end(), std::uint8_t{7});
    };
    EXPECT_EQ(to_hex(random_fixed<Salt>(sevens).view()), "07070707070707070707070707070707");
}

}  // namespace
}  // namespace fairfeed
