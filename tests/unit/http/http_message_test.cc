// Requests and responses as values: what a client sends oddly, and what every answer carries.
#include "gateway/http/http_message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/http/address_group.h"
#include "gateway/http/rate_limit.h"
#include "gateway/http/request_target.h"
#include "gateway/http/route_table.h"

namespace fairfeed {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

TEST(ARequestTarget, is_taken_apart_and_decoded) {
    const auto target = parse_target("/api/v1/meters/m%2d1?cluster=c+1&x=%26&empty=");
    ASSERT_TRUE(target) << target.error();
    EXPECT_THAT(target->segments, ElementsAre("api", "v1", "meters", "m-1"));
    EXPECT_THAT(target->parameters,
                ElementsAre(Pair("cluster", "c 1"), Pair("x", "&"), Pair("empty", "")));
    EXPECT_TRUE(parse_target("/")->segments.empty());
}

TEST(ARequestTarget, with_two_readings_is_refused) {
    for (const char* odd : {"",
                            "api",
                            "http://other/api",
                            "//api",
                            "/api//v1",
                            "/api/",
                            "/api/../etc",
                            "/./a",
                            "/%2e%2e/a",
                            "/a%2fb",
                            "/a%00",
                            "/a%0a",
                            "/a%7f",
                            "/\xc3\xa4",
                            "/a%",
                            "/a%4",
                            "/a%zz",
                            "/a?x=1&x=2",
                            "/a?=1",
                            "/a?x=%0d%0a",
                            "/a?&",
                            "*"})
        EXPECT_FALSE(parse_target(odd)) << odd;
}

TEST(ACookie, is_found_among_others_and_never_twice) {
    HttpRequest request;
    request.headers = {{"cookie", "a=1; __Host-session=secret;b=2"}};
    EXPECT_EQ(request.cookie("__Host-session"), "secret");
    EXPECT_EQ(request.cookie("b"), "2");
    EXPECT_FALSE(request.cookie("session"));
    request.headers.push_back({"cookie", "__Host-session=other"});
    EXPECT_FALSE(request.cookie("__Host-session")) << "which of the two?";
    request.headers = {{"cookie", ";;=;a;=b; ; "}};
    EXPECT_FALSE(request.cookie("a"));
}

TEST(AProblem, names_the_field_that_is_wrong) {
    const HttpResponse wrong = problem(422, "wrong-field", "role is none",
                                       {{"#/role", "", "is none"}, {"", "limit", "is large"}});
    EXPECT_EQ(wrong.header("content-type"), "application/problem+json");
    const auto json = Json::parse(wrong.body);
    ASSERT_TRUE(json);
    EXPECT_EQ(*json->at("type").as_text(), "urn:fairfeed:problem:wrong-field");
    EXPECT_EQ(*json->at("status").as_int(), 422);
    EXPECT_EQ(*json->at("errors").at(0).at("pointer").as_text(), "#/role");
    EXPECT_EQ(*json->at("errors").at(1).at("parameter").as_text(), "limit");
}

HttpRequest request_with(const std::string& method, HeaderFields headers = {}) {
    HttpRequest request;
    request.method = method;
    request.headers = std::move(headers);
    return request;
}

TEST(AnAnswer, that_is_known_already_is_not_sent_again) {
    const HttpResponse body = json_response(Json::object().set("a", 1));
    const HttpResponse first = finished(request_with("GET"), body);
    const std::string tag(first.header("etag"));
    EXPECT_EQ(tag.size(), 34U);
    for (const std::string& wanted : {tag, "W/" + tag, "\"x\", " + tag, std::string("*")}) {
        const auto again = finished(request_with("GET", {{"if-none-match", wanted}}), body);
        EXPECT_EQ(again.status, 304U) << wanted;
        EXPECT_EQ(again.body, "");
        EXPECT_EQ(again.header("etag"), tag);
    }
    EXPECT_EQ(finished(request_with("GET", {{"if-none-match", "\"x\""}}), body).status, 200U);
    EXPECT_EQ(finished(request_with("POST", {{"if-none-match", tag}}), body).status, 200U);
    const auto wrong = problem(404, "not-found", "");
    EXPECT_EQ(finished(request_with("GET", {{"if-none-match", "*"}}), wrong).status, 404U);
}

TEST(ARequest, may_change_only_the_representation_that_it_names) {
    const std::string tag = entity_tag("body");
    EXPECT_EQ(tag.size(), 34U);
    const auto may = [](const std::string& if_match) {
        HttpRequest request;
        request.headers = {{"if-match", if_match}};
        return may_change(request, "body");
    };
    EXPECT_TRUE(may_change(HttpRequest(), "body")) << "without a condition";
    for (const std::string& fits : {tag, std::string("*"), "\"x\" , " + tag})
        EXPECT_TRUE(may(fits)) << fits;
    for (const std::string& other :
         {std::string(), std::string("\"x\""), "W/" + tag, entity_tag("other")})
        EXPECT_FALSE(may(other)) << other;
}

TEST(AnAnswer, to_head_has_the_headers_of_get_and_says_so) {
    const HttpResponse body = json_response(Json::object());
    const HttpResponse head = finished(request_with("HEAD"), body);
    EXPECT_TRUE(head.is_head);
    EXPECT_EQ(head.header("etag"), finished(request_with("GET"), body).header("etag"));
    EXPECT_EQ(head.body, body.body) << "its size is the Content-Length";
}

TEST(AnAnswer, tells_a_browser_to_trust_nothing_else) {
    const HttpResponse response = finished(request_with("GET"), json_response(Json::object()));
    EXPECT_EQ(response.header("x-content-type-options"), "nosniff");
    EXPECT_EQ(response.header("x-frame-options"), "DENY");
    EXPECT_THAT(std::string(response.header("content-security-policy")),
                HasSubstr("default-src 'none'"));
    EXPECT_EQ(response.header("cache-control"), "private, no-cache");
}

TEST(ARoute, is_found_by_method_and_path) {
    const std::vector<RoutePlace> table = {{"GET", "/api/v1/meters"},
                                           {"GET", "/api/v1/meters/{meter}"},
                                           {"DELETE", "/api/v1/meters/{meter}"},
                                           {"GET", "/"}};
    const auto one = find_route(table, "DELETE", {"api", "v1", "meters", "m-1"});
    EXPECT_EQ(one.index, 2U);
    EXPECT_EQ(one.values.at("meter"), "m-1");
    EXPECT_EQ(find_route(table, "HEAD", {"api", "v1", "meters"}).index, 0U);
    const auto other = find_route(table, "PUT", {"api", "v1", "meters", "m-1"});
    EXPECT_FALSE(other.index);
    EXPECT_EQ(other.allow, "GET, HEAD, DELETE, OPTIONS");
    EXPECT_EQ(find_route(table, "GET", {"api", "v1"}).allow, "");
    EXPECT_EQ(find_route(table, "GET", {"api", "v1", "meters", "m", "x"}).allow, "");
}

TEST(ARateLimit, lets_a_burst_through_and_then_a_steady_stream) {
    RateLimit limit({.per_minute = 60, .burst = 3, .addresses = 10});
    for (int i = 0; i < 3; ++i)
        EXPECT_FALSE(limit.ask("a", 0));
    EXPECT_EQ(limit.ask("a", 0), 1000);
    EXPECT_FALSE(limit.ask("b", 0)) << "another address";
    EXPECT_EQ(limit.ask("a", 400), 600);
    EXPECT_FALSE(limit.ask("a", 1000));
    EXPECT_TRUE(limit.ask("a", 1000));
    EXPECT_TRUE(limit.ask("a", -5'000'000)) << "a clock set back gives nothing";
    for (int i = 0; i < 3; ++i)
        EXPECT_FALSE(limit.ask("a", INT64_MAX / 4));
}

TEST(ARateLimit, forgets_one_quiet_group_for_each_new_one_and_nobody_else) {
    RateLimit limit({.per_minute = 60, .burst = 1, .addresses = 10});
    EXPECT_FALSE(limit.ask("hostile", 0));
    for (int i = 0; i < 100; ++i) {
        EXPECT_FALSE(limit.ask(std::to_string(i), 0));
        EXPECT_TRUE(limit.ask("hostile", 0)) << "is not let through by others that come";
    }
    EXPECT_EQ(limit.addresses(), 10U);
    EXPECT_TRUE(limit.ask("99", 0)) << "is remembered as well";
}

TEST(AddressGroups, are_what_one_subscriber_can_have) {
    EXPECT_EQ(address_group("192.0.2.7"), "192.0.2.7");
    EXPECT_EQ(address_group("::ffff:192.0.2.7"), "192.0.2.7");
    EXPECT_EQ(address_group("2001:db8:0:1::7"), "2001:db8:0:1::/64");
    EXPECT_EQ(address_group("2001:db8:0:1:ffff:ffff:ffff:ffff"), "2001:db8:0:1::/64");
    EXPECT_EQ(address_group("2001:db8:0:2::7"), "2001:db8:0:2::/64");
    EXPECT_EQ(address_group("fe80::1%eth0"), "fe80::/64");
    EXPECT_EQ(address_group("no address"), "no address");
}

TEST(ARateLimit, forgets_the_quiet_and_stays_small) {
    RateLimit limit({.per_minute = 60, .burst = 2, .addresses = 10});
    for (int i = 0; i < 1000; ++i)
        EXPECT_FALSE(limit.ask(std::to_string(i), i * 10));
    EXPECT_LE(limit.addresses(), 10U);
}

}  // namespace
}  // namespace fairfeed
