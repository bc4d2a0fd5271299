// A node on a disk that fills and empties, with the service manager listening: the node keeps
// running while it waits, and goes on without help.
#include <gmock/gmock.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "core/io/status_file.h"
#include "edge-node/commands/run.h"
#include "tests/support/pretended_room.h"
#include "tests/unit/commands/node_directory.h"

namespace fairfeed {
namespace {

using test::NodeDirectory;
using test::pretend_free_bytes;
using test::Said;
using ::testing::HasSubstr;
using ::testing::Not;

// The service manager's end of the socket.
class NotifySocket {
  public:
    explicit NotifySocket(const std::string& path) : socket_(::socket(AF_UNIX, SOCK_DGRAM, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        CHECK(path.size() < sizeof address.sun_path);
        std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
        const auto* generic = reinterpret_cast<const sockaddr*>(&address);
        CHECK(::bind(socket_, generic, sizeof address) == 0);
        constexpr timeval kPatience{30, 0};
        CHECK(::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience) == 0);
        ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
    }
    ~NotifySocket() {
        ::unsetenv("NOTIFY_SOCKET");
        ::close(socket_);
    }
    NotifySocket(const NotifySocket&) = delete;
    NotifySocket& operator=(const NotifySocket&) = delete;

    // Reads until `times` messages contain this text; false: they never came.
    bool hears(std::string_view wanted, std::size_t times = 1) {
        while (times > 0) {
            std::array<char, 1024> text{};
            const ssize_t size = ::recv(socket_, text.data(), text.size(), 0);
            if (size < 0) return false;
            const std::string said(text.data(), static_cast<std::size_t>(size));
            heard_ += said + "\n";
            if (said.find(wanted) != std::string::npos) --times;
        }
        return true;
    }
    [[nodiscard]] const std::string& heard() const { return heard_; }

  private:
    int socket_;
    std::string heard_;
};

class NodeOnAFullDisk : public ::testing::Test {
  protected:
    NodeOnAFullDisk() {
        node_.make_identity(1);
        config_ = node_.config(1);
        std::ofstream(config_, std::ios::app) << "status_file: run/status.json\n";
        // The node waits for the signal in a thread of its choice, so no other thread may receive
        // it.
        sigset_t stop;
        sigemptyset(&stop);
        sigaddset(&stop, SIGTERM);
        CHECK(pthread_sigmask(SIG_BLOCK, &stop, nullptr) == 0);
        life_ =
            std::thread([this] { said_ = test::say(run_run, RunNodeOptions{.config = config_}); });
    }
    ~NodeOnAFullDisk() override {
        pretend_free_bytes(std::nullopt);
        if (life_.joinable()) stop();
    }
    void stop() {
        ::kill(::getpid(), SIGTERM);
        life_.join();
    }
    [[nodiscard]] std::string status_line() const {
        const auto found = read_status(node_.in("run/status.json"), 0);
        const std::string* line = found ? found->facts.at("line").as_text() : nullptr;
        return line == nullptr ? "" : *line;
    }

    NodeDirectory node_{1, 1};
    std::filesystem::path config_;
    NotifySocket socket_end_{node_.in("notify").string()};
    std::thread life_;
    Said said_;
};

TEST_F(NodeOnAFullDisk, waits_without_stopping_until_there_is_room_to_go_on) {
    ASSERT_TRUE(socket_end_.hears("height 1"));
    pretend_free_bytes(7'900'000);
    ASSERT_TRUE(socket_end_.hears("the disk is full: 7900 kB"));
    EXPECT_THAT(status_line(), HasSubstr("the disk is full"));
    pretend_free_bytes(8'400'000);  // as if the database had dropped its log
    ASSERT_TRUE(socket_end_.hears("the disk is full: 8400 kB"));
    ASSERT_TRUE(socket_end_.hears("WATCHDOG=1", 3));
    EXPECT_THAT(socket_end_.heard(), Not(HasSubstr("STOPPING")));
    EXPECT_EQ(socket_end_.heard().find("height", socket_end_.heard().find("7900 kB")),
              std::string::npos)
        << "went on between the marks";
    pretend_free_bytes(17'000'000);
    ASSERT_TRUE(socket_end_.hears("height 1"));
    EXPECT_THAT(socket_end_.heard(), Not(HasSubstr("STOPPING")));
    stop();
    EXPECT_EQ(said_.code, 0) << said_.err;
    EXPECT_TRUE(socket_end_.hears("STOPPING=1"));
}

TEST_F(NodeOnAFullDisk, obeys_the_signal_while_it_waits_and_leaves_its_status) {
    ASSERT_TRUE(socket_end_.hears("height 1"));
    pretend_free_bytes(1);
    ASSERT_TRUE(socket_end_.hears("the disk is full"));
    stop();
    EXPECT_EQ(said_.code, 0) << said_.err;
    EXPECT_THAT(status_line(), HasSubstr("the disk is full"));
}

}  // namespace
}  // namespace fairfeed
