// The document and the program say the same: every route is described, what is described is there,
// real answers fit their schemas, and every route refuses what it should.
#include <set>

#include "tests/support/json_schema.h"
#include "tests/unit/api/small_office.h"

namespace fairfeed {
namespace {

using ::testing::IsEmpty;
using testing_support::JsonSchema;

class OpenApiTest : public test::SmallOffice {
  protected:
    OpenApiTest() : document_(*Json::parse(openapi_text())), schema_(document_) {}

    struct Operation {
        std::string method;
        std::string pattern;
        const Json* meaning;
    };
    [[nodiscard]] std::vector<Operation> operations() const {
        std::vector<Operation> all;
        for (const auto& [pattern, methods] : *document_.at("paths").as_object())
            for (const auto& [method, meaning] : *methods.as_object()) {
                std::string upper = method;
                for (char& c : upper)
                    c = static_cast<char>(c - 'a' + 'A');
                all.push_back({upper, pattern, &meaning});
            }
        return all;
    }
    // The pattern with names that stand for something in the small office.
    [[nodiscard]] std::string real(std::string pattern) {
        const std::map<std::string, std::string> names = {
            {"{meter}", "meter-1-1"}, {"{window_no}", "1"},  {"{cluster}", "cluster-1"},
            {"{node}", "node-1"},     {"{height}", "2"},     {"{name}", "home"},
            {"{token}", "00000000"},  {"{month}", "2016-08"}};
        for (const auto& [name, value] : names)
            if (const std::size_t at = pattern.find(name); at != std::string::npos)
                pattern.replace(at, name.size(), value);
        for (const std::string& member : {std::string("id"), std::string("sequence")}) {
            const std::size_t at = pattern.find("{" + member + "}");
            if (at == std::string::npos) continue;
            const Spoken list = ask("olga", "GET", pattern.substr(0, at - 1));
            const Json& value = list.json.at("items").at(0).at(member);
            pattern.replace(at, member.size() + 2,
                            value.as_text() != nullptr ? *value.as_text() : value.dump());
        }
        return pattern;
    }
    [[nodiscard]] static bool is_open(const Operation& operation) {
        return operation.meaning->at("security").as_array()->empty();
    }
    [[nodiscard]] static std::string body_of(const Operation& operation) {
        return operation.meaning->find("requestBody") == nullptr ? "" : "{}";
    }
    void expect_problem(const Spoken& spoken, unsigned status, const std::string& what) const {
        SCOPED_TRACE(what);
        EXPECT_EQ(spoken.status(), status) << spoken.response.body;
        EXPECT_EQ(spoken.response.header("content-type"), "application/problem+json");
        EXPECT_EQ(schema_.fault_of(spoken.json, *schema_.resolve("#/components/schemas/Problem")),
                  "");
        EXPECT_EQ(*spoken.json.at("status").as_int(), status);
    }
    const Json document_;
    JsonSchema schema_;
};

TEST_F(OpenApiTest, describes_every_route_and_nothing_else) {
    std::set<std::string> described;
    for (const Operation& operation : operations())
        described.insert(operation.method + " " + operation.pattern);
    std::set<std::string> served;
    for (const ApiRoute& route : api_->routes())
        served.insert(std::string(route.method) + " " + std::string(route.pattern));
    EXPECT_EQ(described, served);
}

TEST_F(OpenApiTest, describes_the_parameters_and_rights_that_the_routes_have) {
    for (const Operation& operation : operations()) {
        SCOPED_TRACE(operation.method + " " + operation.pattern);
        std::set<std::string> in_path;
        std::set<std::string> in_query;
        if (const auto* parameters = operation.meaning->at("parameters").as_array())
            for (const Json& each : *parameters)
                (*each.at("in").as_text() == "path" ? in_path : in_query)
                    .insert(*each.at("name").as_text());
        for (const std::string& name : in_path)
            EXPECT_NE(operation.pattern.find("{" + name + "}"), std::string::npos) << name;
        for (const ApiRoute& route : api_->routes()) {
            if (route.method != operation.method || route.pattern != operation.pattern) continue;
            EXPECT_EQ(in_query,
                      std::set<std::string>(route.parameters.begin(), route.parameters.end()));
            EXPECT_EQ(is_open(operation), !route.right);
        }
    }
}

TEST_F(OpenApiTest, is_a_document_without_loose_ends) {
    EXPECT_EQ(*document_.at("openapi").as_text(), "3.1.0");
    std::set<std::string> names;
    std::set<std::string> tags;
    for (const Json& tag : *document_.at("tags").as_array())
        tags.insert(*tag.at("name").as_text());
    for (const Operation& operation : operations()) {
        const Json& meaning = *operation.meaning;
        SCOPED_TRACE(operation.pattern);
        EXPECT_TRUE(names.insert(*meaning.at("operationId").as_text()).second);
        EXPECT_TRUE(tags.contains(*meaning.at("tags").at(0).as_text()));
        EXPECT_FALSE(meaning.at("summary").as_text()->empty());
        EXPECT_FALSE(meaning.at("responses").at("default").is_null());
    }
    std::size_t references = 0;
    const std::string text(openapi_text());
    const std::string mark = "\"$ref\": \"";
    for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1)) {
        const std::size_t begin = at + mark.size();
        const std::string reference = text.substr(begin, text.find('"', begin) - begin);
        EXPECT_NE(schema_.resolve(reference), nullptr) << reference;
        ++references;
    }
    EXPECT_GT(references, 50U);
}

TEST_F(OpenApiTest, fits_every_real_answer) {
    std::size_t rows = 0;
    for (const Operation& operation : operations()) {
        if (operation.method != "GET") continue;
        SCOPED_TRACE(operation.pattern);
        const std::string who = operation.pattern.starts_with("/api/v1/accounts") ? "otto" : "olga";
        const Spoken spoken = ask(who, "GET", real(operation.pattern));
        static const std::set<std::string> kNone = {
            "/api/v1/evidence/{id}", "/api/v1/commands/{sequence}", "/api/v1/policies/{sequence}"};
        if (kNone.contains(operation.pattern)) {
            EXPECT_EQ(spoken.status(), 404U)
                << "nobody offended, no meter was told anything, and no policy was signed";
            continue;
        }
        ASSERT_EQ(spoken.status(), 200U) << spoken.response.body;
        const Json& content = operation.meaning->at("responses").at("200").at("content");
        const std::string type(spoken.response.header("content-type"));
        const Json* described = content.find(type.substr(0, type.find(';')));
        ASSERT_NE(described, nullptr) << type;
        if (type != "application/json") continue;
        EXPECT_EQ(schema_.fault_of(spoken.json, described->at("schema")), "")
            << spoken.response.body.substr(0, 300);
        if (const auto* items = spoken.json.at("items").as_array()) rows += items->size();
    }
    EXPECT_GT(rows, 40U) << "empty pages show nothing";
}

TEST_F(OpenApiTest, opens_to_nobody_what_needs_somebody) {
    for (const Operation& operation : operations()) {
        if (is_open(operation)) continue;
        expect_problem(ask("", operation.method, real(operation.pattern), body_of(operation)), 401,
                       operation.method + " " + operation.pattern);
        HttpRequest stale = request(operation.method, real(operation.pattern), body_of(operation));
        stale.headers.emplace_back("cookie", "__Host-session=" + std::string(64, '0'));
        expect_problem(send(stale), 401, "a session that is none");
        stale.headers.emplace_back("authorization", "Bearer fft_" + std::string(64, '0'));
        expect_problem(send(stale), 401, "a token that is none");
    }
}

TEST_F(OpenApiTest, refuses_parameters_that_are_none_or_wrong) {
    for (const Operation& operation : operations()) {
        SCOPED_TRACE(operation.pattern);
        const std::string who = operation.pattern.starts_with("/api/v1/accounts") ? "otto" : "olga";
        const std::string path = real(operation.pattern);
        expect_problem(ask(who, operation.method, path + "?no_such=1", body_of(operation)), 400,
                       path);
        const auto* parameters = operation.meaning->at("parameters").as_array();
        for (std::size_t i = 0; parameters != nullptr && i < parameters->size(); ++i) {
            const Json& parameter = (*parameters)[i];
            if (*parameter.at("in").as_text() == "path") continue;
            const bool has_shape = *parameter.at("schema").at("type").as_text() == "integer" ||
                                   !parameter.at("schema").at("enum").is_null() ||
                                   *parameter.at("name").as_text() == "cursor";
            const std::string name = *parameter.at("name").as_text();
            for (const char* value : {"x%20y", "-1", "99999999999999999999"})
                if (has_shape)
                    expect_problem(ask(who, "GET", path + "?" + name + "=" + value), 400,
                                   name + "=" + value);
        }
    }
}

TEST_F(OpenApiTest, refuses_bodies_of_the_wrong_kind_or_type) {
    for (const Operation& operation : operations()) {
        if (operation.meaning->find("requestBody") == nullptr) continue;
        const std::string who = operation.pattern.starts_with("/api/v1/accounts") ? "otto" : "olga";
        const std::string path = real(operation.pattern);
        HttpRequest plain = request(operation.method, path);
        plain.body = "name=x";
        expect_problem(send(by(who, plain)), 415, path);
        expect_problem(ask(who, operation.method, path, "{"), 400, path);
        expect_problem(ask(who, operation.method, path, "7"), 422, path);
        expect_problem(ask(who, operation.method, path, R"({"no_such_member":1})"), 422, path);
        const Json& reference = operation.meaning->at("requestBody")
                                    .at("content")
                                    .at("application/json")
                                    .at("schema")
                                    .at("$ref");
        for (const auto& [member, shape] :
             *schema_.resolve(*reference.as_text())->at("properties").as_object())
            expect_problem(ask(who, operation.method, path, "{\"" + member + "\":{}}"), 422,
                           path + " " + member);
    }
    EXPECT_THAT(acts(), IsEmpty()) << "nothing was done";
}

}  // namespace
}  // namespace fairfeed
