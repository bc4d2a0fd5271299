// Meters on a full disk, and meters without file descriptors, log what is lacking, wait, and go on.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/check.h"
#include "tests/e2e/meter_lab.h"

namespace fairfeed::e2e {
namespace {

// Meters on a disk of 40 MB in a mount namespace of their own.
std::vector<std::string> on_a_small_disk(const std::filesystem::path& from,
                                         const std::filesystem::path& to) {
    return {"unshare", "-m", "sh", "-c",
            "mount -t tmpfs -o size=40m none " + to.string() + " && cp -r " + from.string() +
                "/. " + to.string() + " && exec " + program("meter-sim") + " run --config " +
                (to / "meters/meter-sim.yaml").string()};
}

TEST(MetersInNeed, wait_on_a_full_disk_until_there_is_room) {
    RunningProgram allowed({"unshare", "-m", "mount", "-t", "tmpfs", "none", "/mnt"});
    if (allowed.wait() != 0) GTEST_SKIP() << "this machine allows no mount namespace";
    const MeterLab lab(2, 9);
    const testing_support::TempDirectory disk;
    RunningProgram meters(on_a_small_disk(lab.path(), disk.path()));
    ASSERT_TRUE(meters.says("window measured")) << meters.output();
    const auto filler =
        "/proc/" + std::to_string(meters.id()) + "/root" + (disk / "filler").string();
    {
        std::ofstream out(filler, std::ios::binary);
        const std::string piece(1'000'000, 'x');
        while (out << piece << std::flush) {
        }
    }
    ASSERT_TRUE(meters.says("the disk is full")) << meters.output();
    std::filesystem::remove(filler);
    const std::size_t from = meters.output().size();
    ASSERT_TRUE(meters.says("there is room on the disk again")) << meters.output();
    ASSERT_TRUE(meters.says("meter goes on", from)) << meters.output();
    meters.signal(SIGTERM);
    EXPECT_EQ(meters.wait(), 0) << meters.output();
}

// Accepts connections and sends nothing on them, so that each connection keeps its descriptor.
class SilentListener {
  public:
    SilentListener() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* plain = reinterpret_cast<sockaddr*>(&address);
        CHECK(::bind(socket_, plain, size) == 0 && ::listen(socket_, SOMAXCONN) == 0);
        CHECK(::getsockname(socket_, plain, &size) == 0);
        port_ = ntohs(address.sin_port);
    }
    ~SilentListener() { ::close(socket_); }
    SilentListener(const SilentListener&) = delete;
    SilentListener& operator=(const SilentListener&) = delete;
    [[nodiscard]] std::uint16_t port() const { return port_; }

  private:
    int socket_;
    std::uint16_t port_ = 0;
};

TEST(MetersInNeed, say_that_descriptors_are_wanting_and_do_not_end_for_it) {
    const SilentListener broker;
    const MeterLab lab(60, broker.port());
    RunningProgram meters({"sh", "-c",
                           "ulimit -n 48 && exec " + program("meter-sim") + " run --config " +
                               lab.config().string()});
    ASSERT_TRUE(meters.says("60 connections need about")) << meters.output();
    ASSERT_TRUE(meters.says("no file descriptor is left")) << meters.output();
    EXPECT_NE(meters.output().find("the limit is 48"), std::string::npos) << meters.output();
    const std::size_t from = meters.output().size();
    ASSERT_TRUE(meters.says("no connection", from)) << "it goes on trying";
    meters.signal(SIGTERM);
    EXPECT_EQ(meters.wait(), 0) << meters.output();
}

}  // namespace
}  // namespace fairfeed::e2e
