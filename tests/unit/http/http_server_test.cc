// The real server on loopback, and clients that are in order, large, slow, hostile or many.
#include "gateway/http/http_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <fstream>
#include <set>

#include "core/crypto/certificate_authority.h"
#include "core/crypto/key_file.h"
#include "core/io/clock.h"
#include "core/io/descriptors.h"
#include "tests/support/http_talk.h"
#include "tests/support/temp_directory.h"
#include "tests/support/wait.h"

namespace fairfeed {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using testing_support::HttpTalk;
using testing_support::TempDirectory;

class HttpServerTest : public ::testing::Test {
  protected:
    void start() {
        HttpApplication application{
            [this](const HttpRequest& request) {
                if (request.target == "/slow/held") opened_.wait(false);
                if (request.target == "/fails") throw std::runtime_error("no memory");
                return finished(request, answer(request));
            },
            [](const HttpRequest& request) {
                return request.target.starts_with("/slow") ? WorkerLane::password
                                                           : WorkerLane::quick;
            },
            [this](const HttpRequest&, const HttpResponse&, std::int64_t) { ++done_; },
            [this] { return clock_.now().steady_ms; }};
        auto server = HttpServer::start(place_, limits_, std::move(application));
        ASSERT_TRUE(server) << server.error();
        server_ = std::move(*server);
    }
    static HttpResponse answer(const HttpRequest& request) {
        if (request.target == "/events") {
            HttpResponse response;
            response.set("content-type", "text/event-stream");
            response.watch = EventWish{[](const LiveEvent&) { return true; }};
            response.watch->account = std::string(request.header("x-account"));
            return response;
        }
        Json headers = Json::array();
        for (const auto& [name, value] : request.headers)
            headers.push(name + "=" + value);
        return json_response(Json::object()
                                 .set("method", request.method)
                                 .set("target", request.target)
                                 .set("body", request.body)
                                 .set("headers", std::move(headers))
                                 .set("address", request.address));
    }
    // Sends one request, and returns all that comes until the end of the connection.
    [[nodiscard]] std::string ask(const std::string& text) const {
        HttpTalk talk(server_->port());
        EXPECT_TRUE(talk.is_open());
        talk.say(text);
        return talk.read_all();
    }
    Clock clock_;
    HttpPlace place_;
    HttpLimits limits_;
    std::atomic<int> done_{0};
    std::atomic<bool> opened_{false};  // "/slow/held" waits for it
    std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpServerTest, answers_many_requests_of_one_connection) {
    start();
    HttpTalk talk(server_->port());
    for (int i = 0; i < 3; ++i) {
        talk.say("POST /a?b=c HTTP/1.1\r\nHost: x\r\nX-Odd: 1\r\nContent-Length: 2\r\n\r\nhi");
        const std::string response = talk.read_response();
        EXPECT_THAT(response, StartsWith("HTTP/1.1 200 OK\r\n"));
        EXPECT_THAT(response, HasSubstr(R"("method":"POST","target":"/a?b=c","body":"hi")"));
        EXPECT_THAT(response, HasSubstr("x-odd=1"));
        EXPECT_THAT(response, HasSubstr(R"("address":"127.0.0.1")"));
    }
    EXPECT_EQ(done_, 3);
}

TEST_F(HttpServerTest, answers_head_without_a_body_and_goes_on) {
    start();
    HttpTalk talk(server_->port());
    talk.say("HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n");
    const std::string head = talk.read_response(false);
    EXPECT_THAT(head, HasSubstr("ontent-"));
    talk.say("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(talk.read_response(), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(HttpServerTest, refuses_what_is_too_large_or_no_http) {
    limits_.header_bytes = 1000;
    limits_.body_bytes = 1000;
    start();
    EXPECT_THAT(ask("GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(2000, 'a') + "\r\n\r\n"),
                StartsWith("HTTP/1.1 431 "));
    EXPECT_THAT(ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n"),
                StartsWith("HTTP/1.1 413 "));
    EXPECT_THAT(ask("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n500\r\n" +
                    std::string(0x500, 'a') + "\r\n0\r\n\r\n"),
                StartsWith("HTTP/1.1 413 "));
    EXPECT_THAT(ask("hello\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
    EXPECT_THAT(ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n"),
                StartsWith("HTTP/1.1 400 "));
    EXPECT_THAT(ask("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
                    "Content-Length: 2\r\n\r\n"),
                StartsWith("HTTP/1.1 417 "));
    EXPECT_EQ(done_, 0) << "nobody was asked";
}

TEST_F(HttpServerTest, cuts_a_client_that_is_slow) {
    limits_.header_ms = 200;
    limits_.body_ms = 200;
    start();
    EXPECT_EQ(ask(""), "") << "says nothing";
    EXPECT_EQ(ask("GET / HTTP/1.1\r\nHo"), "") << "half a header";
    EXPECT_EQ(ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf"), "")
        << "half a body";
    // A byte now and then does not help.
    HttpTalk drip(server_->port());
    const std::int64_t begin_ms = clock_.now().steady_ms;
    std::string came;
    for (int i = 0; i < 100 && drip.say("G"); ++i)
        came = drip.read_until("never", 20);
    EXPECT_LT(clock_.now().steady_ms - begin_ms, 2500);
}

TEST_F(HttpServerTest, answers_quick_requests_while_slow_ones_fill_their_queue) {
    limits_.password_waiting = 2;
    start();
    std::vector<HttpTalk> slow;
    for (int i = 0; i < 4; ++i) {
        slow.emplace_back(server_->port());
        slow.back().say("POST /slow/held HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
    }
    EXPECT_TRUE(test::wait_for([this] { return done_ == 2; })) << "two of four are refused";
    EXPECT_THAT(ask("GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
                StartsWith("HTTP/1.1 200 OK"));
    opened_ = true;
    opened_.notify_all();
    std::multiset<std::string> statuses;
    for (HttpTalk& talk : slow)
        statuses.insert(talk.read_response().substr(9, 3));
    EXPECT_EQ(statuses, (std::multiset<std::string>{"200", "200", "503", "503"}));
}

TEST_F(HttpServerTest, loses_no_place_in_its_queue_to_an_answer_that_fails) {
    limits_.waiting = 1;
    start();
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(ask("GET /fails HTTP/1.1\r\nHost: x\r\n\r\n"), "") << "only this one ends";
    EXPECT_THAT(ask("GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
                StartsWith("HTTP/1.1 200 OK"));
}

TEST_F(HttpServerTest, takes_so_many_connections_and_no_more) {
    limits_.connections = 2;
    start();
    HttpTalk first(server_->port());
    HttpTalk second(server_->port());
    for (HttpTalk* talk : {&first, &second}) {
        talk->say("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        EXPECT_THAT(talk->read_response(), StartsWith("HTTP/1.1 200"));
    }
    EXPECT_EQ(ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), "");
    second.say("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(second.read_response(), StartsWith("HTTP/1.1 200")) << "the others go on";
}

TEST_F(HttpServerTest, streams_to_nine_hundred_watchers_on_one_thread) {
    raise_descriptor_limit();
    start();
    std::vector<HttpTalk> watchers;
    for (int i = 0; i < 900; ++i) {
        watchers.emplace_back(server_->port());
        ASSERT_TRUE(watchers.back().is_open()) << i;
        watchers.back().say("GET /events HTTP/1.1\r\nHost: x\r\nX-Account: " + std::to_string(i) +
                            "\r\n\r\n");
    }
    ASSERT_TRUE(test::wait_for([this] { return server_->watchers() == 900; }))
        << server_->watchers();
    for (std::uint64_t i = 1; i <= 3; ++i)
        server_->publish({{i, 0, "block", "{}", ""}});
    for (HttpTalk& watcher : watchers) {
        const std::string came = watcher.read_until("id: 3.0\nevent: block\ndata: {}\n\n");
        EXPECT_THAT(came, HasSubstr("text/event-stream"));
        ASSERT_THAT(came, HasSubstr("id: 1.0\nevent: block\ndata: {}\n\nid: 2.0"));
    }
    watchers.clear();
    server_->publish({{4, 0, "block", "{}", ""}});
    EXPECT_TRUE(test::wait_for([this] {
        server_->publish({{5, 0, "block", "{}", ""}});
        return server_->watchers() == 0;
    })) << "who left is forgotten";
}

TEST_F(HttpServerTest, lets_a_watcher_go_after_a_while_and_keeps_it_awake_before) {
    limits_.heartbeat_ms = 50;
    limits_.stream_ms = 200;
    start();
    const std::string came = ask("GET /events HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(came, HasSubstr(": welcome\n\n: still here\n\n"));
    EXPECT_EQ(server_->watchers(), 0U);
}

TEST_F(HttpServerTest, opens_no_stream_for_head) {
    start();
    HttpTalk talk(server_->port());
    talk.say("HEAD /events HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(talk.read_response(false), HasSubstr("text/event-stream"));
    EXPECT_EQ(server_->watchers(), 0U);
    talk.say("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(talk.read_response(), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(HttpServerTest, ends_while_clients_are_connected) {
    start();
    HttpTalk idle(server_->port());
    HttpTalk watcher(server_->port());
    watcher.say("GET /events HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(watcher.read_until("welcome"), HasSubstr("welcome"));
    server_.reset();
    EXPECT_EQ(watcher.read_all(5000).find("id:"), std::string::npos);
}

TEST_F(HttpServerTest, is_plain_on_loopback_alone_and_says_what_is_wrong) {
    place_.host = "0.0.0.0";
    EXPECT_THAT(HttpServer::start(place_, limits_, {}).error(), HasSubstr("is not loopback"));
    place_.host = "127.0.0.1";
    start();
    HttpPlace taken = place_;
    taken.port = server_->port();
    EXPECT_THAT(HttpServer::start(taken, limits_, {}).error(), HasSubstr("127.0.0.1:"));
    place_.key = "/nowhere/tls.key";
    EXPECT_THAT(HttpServer::start(place_, limits_, {}).error(), HasSubstr("/nowhere/tls.key"));
}

class TlsServerTest : public HttpServerTest {
  protected:
    TlsServerTest() {
        const auto authority = CertificateAuthority::create("test", 1);
        const TlsIdentity identity = authority.issue_broker("office", {"127.0.0.1"}, 1);
        place_.key = directory_ / "http.key";
        place_.certificate = directory_ / "http.crt";
        EXPECT_TRUE(save_secret(place_.key, identity.key_pem));
        std::ofstream(place_.certificate) << identity.certificate_pem;
    }
    // The status line over TLS of at most that version; empty: no connection.
    [[nodiscard]] std::string ask_over(int version) const {
        HttpTalk talk(server_->port());
        SSL_CTX* context = SSL_CTX_new(TLS_client_method());
        SSL_CTX_set_security_level(context, 0);
        SSL_CTX_set_max_proto_version(context, version);
        SSL* tls = SSL_new(context);
        SSL_set_fd(tls, talk.descriptor());
        std::string line;
        if (SSL_connect(tls) == 1) {
            const std::string text = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";
            SSL_write(tls, text.data(), static_cast<int>(text.size()));
            char piece[256];
            const int got = SSL_read(tls, piece, sizeof piece);
            if (got > 0) line.assign(piece, static_cast<std::size_t>(got));
        }
        SSL_free(tls);
        SSL_CTX_free(context);
        return line.substr(0, line.find('\r'));
    }
    TempDirectory directory_;
};

TEST_F(TlsServerTest, speaks_tls_from_version_1_2_on_and_nothing_older) {
    start();
    EXPECT_EQ(ask_over(TLS1_3_VERSION), "HTTP/1.1 200 OK");
    EXPECT_EQ(ask_over(TLS1_2_VERSION), "HTTP/1.1 200 OK");
    EXPECT_EQ(ask_over(TLS1_1_VERSION), "");
    EXPECT_THAT(ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), ::testing::Not(HasSubstr("200")))
        << "no plain request on this port";
}

}  // namespace
}  // namespace fairfeed
