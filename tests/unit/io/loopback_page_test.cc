// The page of metrics, asked well and badly.
#include "core/io/loopback_page.h"

#include <gmock/gmock.h>

#include <atomic>

#include "tests/support/http_talk.h"

namespace fairfeed {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using testing_support::HttpTalk;

class LoopbackPageTest : public ::testing::Test {
  protected:
    LoopbackPageTest() {
        auto opened = LoopbackPage::open({0, "/metrics", "text/plain; version=0.0.4"}, [this] {
            return "asked " + std::to_string(++asked_) + "\n" + std::string(padding_, '#');
        });
        CHECK(opened.has_value());
        page_ = std::move(*opened);
    }
    [[nodiscard]] std::string ask(const std::string& text) const {
        HttpTalk talk(page_->port());
        EXPECT_TRUE(talk.say(text));
        return talk.read_all();
    }
    std::atomic<int> asked_{0};
    std::size_t padding_ = 0;
    std::unique_ptr<LoopbackPage> page_;
};

TEST_F(LoopbackPageTest, gives_its_text_anew_at_each_request_and_closes) {
    const std::string get = "GET /metrics HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n";
    const std::string first = ask(get);
    EXPECT_THAT(first, StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(first, HasSubstr("\r\nContent-Type: text/plain; version=0.0.4\r\n"));
    EXPECT_THAT(first, HasSubstr("\r\nContent-Length: 8\r\n"));
    EXPECT_THAT(first, EndsWith("\r\n\r\nasked 1\n"));
    EXPECT_THAT(ask("GET /metrics?collect=all HTTP/1.0\r\n\r\n"), EndsWith("asked 2\n"));
}

TEST_F(LoopbackPageTest, refuses_everything_else_without_asking_for_the_text) {
    const std::pair<std::string, const char*> rows[] = {
        {"GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 404 Not Found\r\n"},
        {"GET /metrics/../etc HTTP/1.1\r\n\r\n", "HTTP/1.1 404 Not Found\r\n"},
        {"POST /metrics HTTP/1.1\r\n\r\n", "HTTP/1.1 405 Method Not Allowed\r\n"},
        {"GET /metrics\r\n\r\n", "HTTP/1.1 400 Bad Request\r\n"},
        {"GET /metrics HTTP/2\r\n\r\n", "HTTP/1.1 400 Bad Request\r\n"},
        {"\r\n\r\n", "HTTP/1.1 400 Bad Request\r\n"},
        {std::string("\0\xff\r\n\r\n", 6), "HTTP/1.1 400 Bad Request\r\n"},
        {std::string(LoopbackPage::kMostRequestBytes + 1, 'a'), "HTTP/1.1 431 "},
    };
    for (const auto& [request, answer] : rows)
        EXPECT_THAT(ask(request), StartsWith(answer)) << request.substr(0, 40);
    EXPECT_EQ(asked_, 0);
}

// Who says nothing, or half of it, is cut off; the next one is answered.
TEST_F(LoopbackPageTest, waits_for_nobody_for_long) {
    HttpTalk silent(page_->port());
    HttpTalk slow(page_->port());
    ASSERT_TRUE(slow.say("GET /metrics HT"));
    EXPECT_THAT(ask("GET /metrics HTTP/1.1\r\n\r\n"), EndsWith("asked 1\n"));
    EXPECT_EQ(silent.read_all(), "");
    EXPECT_EQ(slow.read_all(), "");
}

TEST_F(LoopbackPageTest, gives_a_text_larger_than_the_buffers_between) {
    padding_ = 20'000'000;
    const std::string whole = ask("GET /metrics HTTP/1.1\r\n\r\n");
    EXPECT_THAT(whole, HasSubstr("\r\nContent-Length: 20000008\r\n"));
    EXPECT_EQ(whole.size() - whole.find("asked"), 20'000'008U);
}

TEST_F(LoopbackPageTest, ends_at_once_while_somebody_is_slow) {
    HttpTalk slow(page_->port());
    ASSERT_TRUE(slow.say("GET"));
    HttpTalk next(page_->port());
    const Clock clock;
    const std::int64_t before_ms = clock.now().steady_ms;
    page_.reset();
    EXPECT_LT(clock.now().steady_ms - before_ms, LoopbackPage::kPatienceMs);
}

TEST_F(LoopbackPageTest, names_a_port_that_is_taken) {
    const auto second =
        LoopbackPage::open({page_->port(), "/metrics", "text/plain"}, [] { return std::string(); });
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().message,
              "127.0.0.1:" + std::to_string(page_->port()) + ": Address already in use");
}

}  // namespace
}  // namespace fairfeed
