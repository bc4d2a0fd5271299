#include "core/io/json_numbers.h"

#include <gtest/gtest.h>

namespace fairfeed {
namespace {

TEST(JsonNumbers, fractions_stay_what_was_written) {
    const auto json = parse_json_with_fractions(
        R"({"a": 0.10, "b": 163.0, "c": 1e-7, "d": 18446744073709551615, "e": -3, "f": null})");
    ASSERT_TRUE(json) << json.error();
    EXPECT_EQ(json->at("a"), Json("0.10"));
    EXPECT_EQ(json->at("b"), Json("163.0"));
    EXPECT_EQ(json->at("c"), Json("1e-7"));
    EXPECT_EQ(json->at("d"), Json("18446744073709551615"));
    EXPECT_EQ(json->at("e"), Json(-3));
    EXPECT_TRUE(json->at("f").is_null());
}

TEST(JsonNumbers, our_own_json_still_has_no_fractions) {
    EXPECT_FALSE(Json::parse("[0.5]"));
    EXPECT_FALSE(parse_json_with_fractions("[0.5"));
}

}  // namespace
}  // namespace fairfeed
