// The office's real server on the files that provisioning made: what is done over HTTP is what the
// commands see, and the reverse.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/crypto/key_file.h"
#include "core/io/clock.h"
#include "gateway/commands/application_commands.h"
#include "gateway/commands/office_files.h"
#include "gateway/commands/web.h"
#include "gateway/config/gateway_files.h"
#include "tests/support/http_talk.h"
#include "tests/unit/dgmd/provisioned.h"

namespace fairfeed {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using testing_support::HttpTalk;
using testing_support::kSmallLab;
using testing_support::Provisioned;
using testing_support::with;

class ServedOffice : public ::testing::Test {
  protected:
    ServedOffice()
        : made_(with(kSmallLab, "tariff:",
                     "gateway: {address: 127.0.0.1, port: 18830, http_port: 18829}\n"
                     "office: {officers: [amal, bela, chen], inspectors: [dara]}\ntariff:")) {
        CHECK(made_.run().status == 0);
        config_ = *load_gateway_config(made_ / "dgmd/gateway.yaml");
        config_.http->port = 0;
        config_.http->tls_key.clear();
        genesis_ = *load_genesis_file(config_.genesis);
        const auto book = std::move(*AccountBook::open(config_.accounts));
        CHECK(*book->add({.name = "olga", .role = AccountRole::officer}));
        Doorkeeper door(*book, {}, {4, 8, 1}, system_random());
        token_ =
            door.issue("olga", {TokenScope::read, TokenScope::drafts}, "", 0, INT64_MAX)->secret;
        auto started = start_web(config_, *genesis_, clock_);
        CHECK(started.has_value());
        web_ = std::move(*started);
    }
    // Head and body.
    [[nodiscard]] std::string ask(const std::string& method, const std::string& target,
                                  const std::string& body = "") {
        HttpTalk talk(web_->port());
        std::string text = method + " " + target + " HTTP/1.1\r\nHost: localhost\r\n" +
                           "Authorization: Bearer " + token_ + "\r\n";
        if (!body.empty())
            text +=
                "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
                "\r\n";
        talk.say(text + "\r\n" + body);
        return talk.read_response();
    }
    [[nodiscard]] static std::string body_of(const std::string& response) {
        return response.substr(response.find("\r\n\r\n") + 4);
    }
    [[nodiscard]] static Json json_of(const std::string& response) {
        auto json = Json::parse(body_of(response));
        return json ? std::move(*json) : Json();
    }
    void approve(const std::string& path, const std::string& officer) {
        auto copy = decode_draft(as_bytes(body_of(ask("GET", path + "/file"))));
        ASSERT_TRUE(copy) << copy.error();
        ASSERT_TRUE(add_approval(*copy, *load_signing_key(made_ / ("officers/" + officer))));
        const std::string body = R"({"draft":")" + to_hex(encode_draft(*copy)) + R"("})";
        EXPECT_THAT(ask("POST", path + "/approvals", body), StartsWith("HTTP/1.1 200"));
    }

    Provisioned made_;
    Clock clock_;
    GatewayConfig config_;
    std::optional<LoadedGenesis> genesis_;
    std::string token_;
    std::unique_ptr<HttpService> web_;
};

TEST_F(ServedOffice, drafts_for_officers_and_leaves_what_they_approved_with_the_service) {
    const std::string made = ask(
        "POST", "/api/v1/drafts",
        R"({"kind":"capacity","fields":{"meter":"m1","capacity_w":4000,"effective":"next+9"}})");
    ASSERT_THAT(made, StartsWith("HTTP/1.1 201")) << made;
    EXPECT_TRUE(json_of(made).at("refusal").is_null()) << "nodes would take it";
    const auto files = drafts_in(config_.drafts);
    ASSERT_EQ(files.size(), 1U) << "where `gateway drafts` looks";
    EXPECT_EQ(to_hex(load_draft(files[0])->notice.id.view()), *json_of(made).at("id").as_text());
    const std::string path = "/api/v1/drafts/" + *json_of(made).at("id").as_text();
    approve(path, "chen.key");
    EXPECT_THAT(ask("POST", path + "/submission", "{}"), StartsWith("HTTP/1.1 409"));
    approve(path, "amal.key");
    EXPECT_THAT(ask("POST", path + "/submission", "{}"), StartsWith("HTTP/1.1 202"));
    EXPECT_TRUE(std::filesystem::exists(config_.ledger.parent_path() / "notices" /
                                        (*json_of(made).at("id").as_text() + ".notice")));
}

TEST_F(ServedOffice, writes_the_applications_that_the_console_reads_by_the_same_names) {
    const std::string made =
        ask("POST", "/api/v1/applications",
            R"({"name":"Ada Ohm","contact":"a@example.org","service_point":"sp-9",)"
            R"("meter":"m1","estimated_w":5000})");
    ASSERT_THAT(made, StartsWith("HTTP/1.1 201")) << made;
    std::ostringstream page;
    std::ostringstream errors;
    ASSERT_EQ(run_application_list({made_ / "dgmd/gateway.yaml", "", true}, page, errors), 0);
    EXPECT_EQ(Json::parse(page.str())->at("applications").at(0), json_of(made));
}

TEST_F(ServedOffice, has_no_bills_and_no_forecast_before_anything_is_settled) {
    const std::string bills = ask("GET", "/api/v1/bills");
    EXPECT_THAT(bills, StartsWith("HTTP/1.1 200"));
    EXPECT_THAT(bills, HasSubstr(R"({"items":[],"unread":[]})"));
    EXPECT_THAT(ask("GET", "/api/v1/forecasts"), HasSubstr("no-forecast"));
    EXPECT_THAT(ask("GET", "/api/v1/bills/m1/2026-01/proof"), StartsWith("HTTP/1.1 404"));
}

TEST_F(ServedOffice, takes_no_request_that_is_too_large) {
    const std::string large =
        R"({"kind":"capacity","fields":{"meter":")" + std::string(300'000, 'm') + R"("}})";
    EXPECT_THAT(ask("POST", "/api/v1/drafts", large), StartsWith("HTTP/1.1 413"));
    EXPECT_TRUE(drafts_in(config_.drafts).empty());
}

}  // namespace
}  // namespace fairfeed
