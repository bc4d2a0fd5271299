#include "core/io/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fairfeed {
namespace {

using testing::HasSubstr;

TEST(JsonTest, keeps_members_in_the_order_they_were_set) {
    Json value = Json::object();
    value.set("z", 1).set("a", "x").set("list", Json::array().push(true).push(Json()));
    value.set("z", -2);
    EXPECT_EQ(value.dump(), R"({"z":-2,"a":"x","list":[true,null]})");
    EXPECT_EQ(value.dump(1),
              "{\n \"z\": -2,\n \"a\": \"x\",\n \"list\": [\n  true,\n  null\n ]\n}");
}

TEST(JsonTest, parses_what_it_dumps) {
    Json value = Json::object();
    value.set("min", INT64_MIN).set("max", INT64_MAX).set("text", "\"\\\n\u00e9");
    value.set("nested", Json::array().push(Json::object().set("deep", Json::array())));
    const auto parsed = Json::parse(value.dump());
    ASSERT_TRUE(parsed) << parsed.error();
    EXPECT_EQ(*parsed, value);
}

TEST(JsonTest, reads_paths_that_may_not_exist) {
    const auto value = Json::parse(R"({"a":[{"b":7}]})");
    ASSERT_TRUE(value);
    EXPECT_EQ(*value->at("a").at(0).at("b").as_int(), 7);
    EXPECT_TRUE(value->at("a").at(1).at("b").is_null());
    EXPECT_TRUE(value->at("x").at("y").is_null());
    EXPECT_EQ(value->find("x"), nullptr);
    EXPECT_EQ(value->at("a").as_text(), nullptr);
}

TEST(JsonTest, replaces_bytes_that_are_not_text) {
    EXPECT_EQ(Json(std::string("a\xff")).dump(), "\"a\xef\xbf\xbd\"");
}

TEST(JsonTest, refuses_what_it_cannot_hold) {
    std::string deep(65, '[');
    deep += std::string(65, ']');
    const std::pair<std::string, const char*> rows[] = {
        {"", "byte 1"},
        {"{\"a\":1", "byte 7"},
        {"[1,]", "byte 4"},
        {"1.5", "'1.5' is not a 64-bit integer"},
        {"1e3", "'1e3' is not a 64-bit integer"},
        {"9223372036854775808", "beyond 64 bits"},
        {"-9223372036854775809", "not a 64-bit integer"},
        {R"({"a":1,"a":2})", "duplicate key 'a'"},
        {"[1] 2", "byte 5"},
        {deep, "nested too deeply"},
    };
    for (const auto& [text, reason] : rows) {
        const auto parsed = Json::parse(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_THAT(parsed.error(), HasSubstr(reason)) << text;
    }
}

}  // namespace
}  // namespace fairfeed
