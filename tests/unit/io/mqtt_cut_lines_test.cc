// Lines that are cut for a time, and the descriptors and turns to dial that lines take.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "core/base/check.h"
#include "tests/support/wait.h"
#include "tests/unit/io/mqtt_test_lines.h"

namespace fairfeed {
namespace {

using testing_support::Broker;
using testing_support::ClientFiles;
using testing_support::config_for;
using testing_support::Lines;

// Takes connections and says nothing.
class SilentPort {
  public:
    SilentPort() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* plain = reinterpret_cast<sockaddr*>(&address);
        CHECK(::bind(socket_, plain, size) == 0 && ::listen(socket_, SOMAXCONN) == 0);
        CHECK(::getsockname(socket_, plain, &size) == 0);
        port_ = ntohs(address.sin_port);
    }
    ~SilentPort() { ::close(socket_); }
    SilentPort(const SilentPort&) = delete;
    SilentPort& operator=(const SilentPort&) = delete;
    [[nodiscard]] std::uint16_t port() const { return port_; }

  private:
    int socket_;
    std::uint16_t port_ = 0;
};

class MqttLinesTest : public testing::Test {
  protected:
    static void SetUpTestSuite() { std::signal(SIGPIPE, SIG_IGN); }
};

TEST_F(MqttLinesTest, a_line_that_is_cut_is_away_until_it_is_mended) {
    const Broker broker;
    Lines lines({config_for(broker, "a", broker.issue("a"), {{"t"}}),
                 config_for(broker, "b", broker.issue("b"), {{"t"}})});
    ASSERT_EQ(lines.await_counts([](const auto& c) { return c.up == 2; }).up, 2U);
    lines.cut(0, true);
    lines.cut(0, true);
    EXPECT_EQ(lines.await("disconnected"), "0 disconnected the line is cut");
    ASSERT_TRUE(lines.say("t", "of a", 0));
    ASSERT_TRUE(lines.say("t", "of b", 1));
    EXPECT_EQ(lines.await("message"), "1 message t of b") << "nothing passes on the cut line";
    EXPECT_EQ(lines.await_counts([](const auto& c) { return c.connects == 2; }).connects, 2U);
    lines.cut(0, false);
    EXPECT_EQ(lines.await("0 connected"), "0 connected");
    EXPECT_NE(lines.await("message t of a"), "") << "what was accepted leaves when it is mended";
    EXPECT_EQ(lines.await_counts([](const auto& c) { return c.connects == 3; }).connects, 3U);
}

TEST_F(MqttLinesTest, a_line_that_was_cut_before_it_dialled_and_one_that_ends_cut_are_well) {
    Broker broker;
    broker.die();
    Lines lines(
        {config_for(broker, "a", broker.issue("a")), config_for(broker, "b", broker.issue("b"))});
    lines.cut(0, true);
    broker.revive();
    EXPECT_NE(lines.await("1 connected"), "");
    EXPECT_EQ(lines.await_counts([](const auto& c) { return c.connects == 1; }).connects, 1U);
    lines.cut(0, false);
    EXPECT_NE(lines.await("0 connected"), "");
    lines.cut(1, true);
    EXPECT_NE(lines.await("1 disconnected"), "");
    lines.close();
}

std::size_t open_descriptors() {
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

TEST_F(MqttLinesTest, takes_one_descriptor_for_a_line) {
    const Broker broker;
    constexpr std::size_t kLines = 20;
    std::vector<MqttConfig> configs;
    for (std::size_t i = 0; i < kLines; ++i) {
        const std::string name = "c" + std::to_string(i);
        configs.push_back(config_for(broker, name, broker.issue(name)));
    }
    const std::size_t before = open_descriptors();
    Lines lines(std::move(configs));
    ASSERT_EQ(lines.await_counts([](const auto& c) { return c.up == kLines; }).up, kLines);
    constexpr std::size_t kLoop = 2;  // epoll and its eventfd
    EXPECT_EQ(open_descriptors(), before + kLoop + kLines * MqttMultiplexer::kDescriptorsPerLine);
}

// The first lines dial a socket on which nobody ever answers, so they keep all turns to dial.
TEST_F(MqttLinesTest, lines_that_are_cut_while_they_wait_for_a_turn_keep_nobody_waiting) {
    const Broker broker;
    constexpr std::size_t kSilent = 200;
    constexpr std::size_t kOthers = 20;
    constexpr std::size_t kAtATime = 64;
    const SilentPort silent;
    const ClientFiles files = broker.issue("a");
    std::vector<MqttConfig> configs;
    for (std::size_t i = 0; i < kSilent + kOthers; ++i) {
        configs.push_back(config_for(broker, "c" + std::to_string(i), files));
        if (i < kSilent) configs.back().port = silent.port();
        configs.back().connect_timeout_s = 60;
    }
    const std::size_t before = open_descriptors();
    Lines lines(std::move(configs));
    ASSERT_TRUE(test::wait_for([&] { return open_descriptors() >= before + kAtATime; }));
    for (std::size_t i = 0; i < kSilent; ++i)
        lines.cut(i, true);
    EXPECT_EQ(lines.await_counts([](const auto& c) { return c.up == kOthers; }).up, kOthers);
}

}  // namespace
}  // namespace fairfeed
