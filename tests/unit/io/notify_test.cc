#include "core/io/notify.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <string>

#include "tests/support/temp_directory.h"

namespace fairfeed {
namespace {

// The test acts as the service manager's end of the socket.
class NotifyTest : public testing::Test {
  protected:
    void SetUp() override {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        const std::string path = directory_ / "notify";
        ASSERT_LT(path.size(), sizeof address.sun_path);
        std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
        socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        const auto* generic = reinterpret_cast<const sockaddr*>(&address);
        ASSERT_EQ(::bind(socket_, generic, sizeof address), 0);
        ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
    }
    void TearDown() override {
        ::unsetenv("NOTIFY_SOCKET");
        ::unsetenv("WATCHDOG_USEC");
        ::close(socket_);
    }
    std::string heard() const {
        std::array<char, 256> text{};
        const ssize_t size = ::recv(socket_, text.data(), text.size(), MSG_DONTWAIT);
        return size < 0 ? "" : std::string(text.data(), static_cast<std::size_t>(size));
    }
    testing_support::TempDirectory directory_;
    int socket_ = -1;
};

TEST_F(NotifyTest, tells_the_service_manager) {
    notify_ready();
    EXPECT_EQ(heard(), "READY=1");
    notify_status("height 7\nSTOPPING=1");
    EXPECT_EQ(heard(), "STATUS=height 7 STOPPING=1");
    notify_watchdog();
    EXPECT_EQ(heard(), "WATCHDOG=1");
    notify_progress();
    EXPECT_EQ(heard(), "WATCHDOG=1\nEXTEND_TIMEOUT_USEC=60000000");
    notify_stopping();
    EXPECT_EQ(heard(), "STOPPING=1");
}

TEST_F(NotifyTest, is_silent_without_a_service_manager) {
    ::unsetenv("NOTIFY_SOCKET");
    notify_ready();
    EXPECT_EQ(heard(), "");
}

TEST_F(NotifyTest, knows_how_often_the_watchdog_wants_to_hear) {
    EXPECT_FALSE(watchdog_interval_ms());
    ::setenv("WATCHDOG_USEC", "30000000", 1);
    EXPECT_EQ(watchdog_interval_ms(), 30'000);
}

}  // namespace
}  // namespace fairfeed
