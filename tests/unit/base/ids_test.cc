#include "core/base/ids.h"

#include <gtest/gtest.h>

#include <compare>
#include <string>

namespace fairfeed {
namespace {

TEST(Name, accepts_1_to_32_lower_case_letters_digits_and_dashes) {
    for (const std::string& good : {std::string("a"), std::string("node-1"), std::string("0"),
                                    std::string("-"), std::string(32, 'z')}) {
        EXPECT_TRUE(MeterId::parse(good)) << good;
        EXPECT_EQ(MeterId::parse(good)->str(), good);
    }
}

TEST(Name, refuses_what_a_topic_or_a_certificate_would_read_otherwise) {
    const std::string bad[] = {"",    "+",   "#",
                               "a/b", "a+",  "A",
                               "a b", "a_b", "a.b",
                               "ä",   "a\n", std::string("a\0b", 3),
                               "*",   "a,b", std::string(33, 'z')};
    for (const std::string& text : bad)
        EXPECT_FALSE(NodeId::parse(text)) << text;
}

// Blocks list meters in this order, so it must be that of the texts.
TEST(Name, are_in_the_order_of_their_texts) {
    const std::string texts[] = {"-",
                                 "-a",
                                 "0",
                                 "9",
                                 "a",
                                 "a-",
                                 "a0",
                                 "aa",
                                 std::string(31, 'a'),
                                 std::string(32, 'a'),
                                 std::string(31, 'a') + "b",
                                 "b",
                                 "z",
                                 std::string(32, 'z')};
    for (const std::string& one : texts) {
        for (const std::string& other : texts) {
            EXPECT_EQ(MeterId(one) <=> MeterId(other), one <=> other) << one << " " << other;
            EXPECT_EQ(MeterId(one) == MeterId(other), one == other) << one << " " << other;
        }
    }
    EXPECT_LT(MeterId(), MeterId("-"));
}

TEST(Name, is_none_until_it_is_named) {
    EXPECT_TRUE(ClusterId().empty());
    EXPECT_FALSE(ClusterId("a").empty());
    EXPECT_LT(ClusterId(), ClusterId("a"));
    EXPECT_LT(ClusterId("a-10"), ClusterId("a-2"));
}

TEST(NameDeathTest, ends_the_process_when_our_own_code_makes_a_bad_one) {
    EXPECT_DEATH(NodeId("a/b"), "broken promise: is_valid_name");
}

}  // namespace
}  // namespace fairfeed
