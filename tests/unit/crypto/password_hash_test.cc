#include "core/crypto/password_hash.h"

#include <gtest/gtest.h>

namespace fairfeed {
namespace {

constexpr ScryptCost kCheap{4, 8, 1};

std::string hashed(std::string_view password, const ScryptCost& cost = kCheap) {
    return hash_password(password, cost, system_random());
}

TEST(PasswordHash, agrees_with_the_vectors_of_rfc_7914) {
    // Section 12: P "password", S "NaCl", N 1024, r 8, p 16, the first 32 bytes.
    EXPECT_TRUE(is_password(
        "password", "$scrypt$ln=10,r=8,p=16$TmFDbA$/bq+HJ00cgB4VucZDQHp/nxq18vII3gw53N2Y0s3MWI"));
    EXPECT_TRUE(is_password("pleaseletmein",
                            "$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$"
                            "cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofI"));
}

TEST(PasswordHash, takes_the_right_password_and_no_other) {
    const std::string phc = hashed("correct horse");
    EXPECT_TRUE(is_password("correct horse", phc));
    for (const char* wrong : {"", "correct hors", "correct horse ", "Correct horse"})
        EXPECT_FALSE(is_password(wrong, phc)) << wrong;
}

TEST(PasswordHash, differs_for_one_password_each_time) {
    EXPECT_NE(hashed("same"), hashed("same"));
}

TEST(PasswordHash, says_when_its_cost_is_out_of_date) {
    EXPECT_FALSE(has_other_cost(hashed("a"), kCheap));
    EXPECT_TRUE(has_other_cost(hashed("a"), ScryptCost{5, 8, 1}));
    EXPECT_TRUE(has_other_cost("", kCheap));
}

TEST(PasswordHash, of_another_form_or_a_ruinous_cost_fits_no_password) {
    const std::string phc = hashed("a");
    for (const std::string& text :
         {std::string(), std::string("a"), phc.substr(0, phc.size() - 1), phc + "A", "x" + phc,
          std::string("$scrypt$ln=21,r=8,p=1$TmFDbA$") + phc.substr(phc.rfind('$') + 1),
          std::string("$scrypt$ln=0,r=8,p=1$TmFDbA$") + phc.substr(phc.rfind('$') + 1),
          std::string("$scrypt$ln=4,r=8,p=1$$") + phc.substr(phc.rfind('$') + 1)})
        EXPECT_FALSE(is_password("a", text)) << text;
}

TEST(PasswordHash, takes_a_megabyte_of_password_as_any_other) {
    const std::string large(1'000'000, 'x');
    EXPECT_TRUE(is_password(large, hashed(large)));
}

}  // namespace
}  // namespace fairfeed
