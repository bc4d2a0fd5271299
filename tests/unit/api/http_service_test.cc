// The whole web server on loopback with a database that a fold fills: what a person with curl sees.
#include "gateway/api/http_service.h"

#include <fstream>

#include "tests/support/http_talk.h"
#include "tests/unit/api/small_office.h"

namespace fairfeed {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using testing_support::HttpTalk;

class HttpServiceTest : public test::SmallOffice {
  protected:
    HttpServiceTest() {
        HttpServiceConfig config;
        config.database = {directory_ / "office.db", {}};
        config.accounts = directory_ / "accounts.db";
        config.audit = directory_ / "audit.log";
        config.passwords = {4, 8, 1};
        config.look_ms = 20;
        ApiSources sources;
        sources.network_id = network_.network();
        sources.parameters = network_.genesis().content.parameters;
        sources.network = [this] {
            return network_json(network_.genesis().content, network_.network());
        };
        sources.records = [this] {
            return Records::open({directory_ / "records.db", {}}, network_.network());
        };
        sources.drafts.all = [] { return std::vector<std::pair<std::string, Draft>>(); };
        auto service = HttpService::start(config, std::move(sources), clock_);
        CHECK(service.has_value());
        service_ = std::move(*service);
    }
    [[nodiscard]] std::string head(const std::string& method, const std::string& target,
                                   const std::string& more = "") const {
        return method + " " + target + " HTTP/1.1\r\nHost: localhost\r\n" + more + "\r\n";
    }
    [[nodiscard]] std::string get(const std::string& target, const std::string& more = "") {
        HttpTalk talk(service_->port());
        talk.say(head("GET", target, more));
        return talk.read_response();
    }
    // The header that a browser sends after the log-in.
    [[nodiscard]] std::string log_in(const std::string& name) {
        const std::string body =
            R"({"name":")" + name + R"(","password":")" + name + " password\"}";
        HttpTalk talk(service_->port());
        talk.say(head("POST", "/api/v1/session",
                      "Content-Type: application/json\r\nContent-Length: " +
                          std::to_string(body.size()) + "\r\n") +
                 body);
        const std::string response = talk.read_response();
        EXPECT_THAT(response, StartsWith("HTTP/1.1 201"));
        const std::size_t at = response.find("__Host-session=");
        return "Cookie: " + response.substr(at, response.find(';', at) - at) + "\r\n";
    }

    Clock clock_;
    std::unique_ptr<HttpService> service_;
};

TEST_F(HttpServiceTest, serves_a_person_from_log_in_to_the_own_bill) {
    EXPECT_THAT(get("/api/v1/health"), HasSubstr(R"("status":"ok")"));
    EXPECT_THAT(get("/api/v1/bill-lines"), StartsWith("HTTP/1.1 401"));
    const std::string cookie = log_in("home");
    const std::string bill = get("/api/v1/bill-lines?limit=1", cookie);
    EXPECT_THAT(bill, StartsWith("HTTP/1.1 200"));
    EXPECT_THAT(bill, HasSubstr(R"("meter":"meter-1-1")"));
    EXPECT_THAT(get("/api/v1/meters/meter-1-2", cookie), StartsWith("HTTP/1.1 404"));
    const std::size_t at = bill.find("\"", bill.find("etag: "));
    const std::string tag = bill.substr(at, 34);
    EXPECT_THAT(get("/api/v1/bill-lines?limit=1", cookie + "If-None-Match: " + tag + "\r\n"),
                StartsWith("HTTP/1.1 304"));
}

TEST_F(HttpServiceTest, tells_watchers_of_blocks_that_another_session_adds) {
    HttpTalk customer(service_->port());
    customer.say(head("GET", "/api/v1/events", log_in("home")));
    EXPECT_THAT(customer.read_until("welcome\n\n"), HasSubstr("text/event-stream"));
    HttpTalk officer(service_->port());
    officer.say(head("GET", "/api/v1/events", log_in("olga")));
    EXPECT_THAT(officer.read_until("welcome\n\n"), HasSubstr("text/event-stream"));
    const auto share = [](const std::string& meter, std::int64_t height) {
        return OfficeRow{
            OfficeTable::shares,
            {meter, height + 4, height, std::string("cluster-1"), std::int64_t{7}, OfficeCell()}};
    };
    ASSERT_TRUE(model_->add(5, {share("meter-1-1", 5), share("meter-1-2", 5)}));
    EXPECT_THAT(officer.read_until("meter-1-2\""), HasSubstr("id: 5.1\nevent: share"));
    ASSERT_TRUE(model_->add(6, {share("meter-1-3", 6), share("meter-1-1", 6)}));
    const std::string mine = customer.read_until("id: 6.");
    EXPECT_THAT(mine, HasSubstr("id: 5.0\nevent: share"));
    EXPECT_THAT(mine, Not(HasSubstr("meter-1-2")));
    HttpTalk again(service_->port());
    again.say(head("GET", "/api/v1/events", log_in("olga") + "Last-Event-ID: 5.0\r\n"));
    EXPECT_THAT(again.read_until("meter-1-2\""), HasSubstr("id: 5.1"));
}

TEST_F(HttpServiceTest, counts_for_prometheus_what_it_did) {
    (void)get("/api/v1/nothing");
    EXPECT_THAT(get("/metrics"), StartsWith("HTTP/1.1 401"));
    const std::string metrics = get("/metrics", log_in("otto"));
    EXPECT_THAT(metrics,
                HasSubstr(R"(fairfeed_gateway_http_requests_total{method="GET",status="404"} 1)"));
    EXPECT_THAT(metrics, HasSubstr("fairfeed_gateway_build_info{version=\"" FAIRFEED_VERSION));
}

TEST_F(HttpServiceTest, refuses_to_start_on_a_log_that_was_altered) {
    HttpServiceConfig config;
    config.database = {directory_ / "office.db", {}};
    config.accounts = directory_ / "accounts.db";
    config.audit = directory_ / "other.log";
    std::ofstream(config.audit) << "{}\n";
    ApiSources sources;
    sources.network_id = network_.network();
    const auto refused = HttpService::start(config, std::move(sources), clock_);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error(), HasSubstr("other.log:1: "));
}

}  // namespace
}  // namespace fairfeed
