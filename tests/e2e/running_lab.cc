#include "tests/e2e/running_lab.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "core/base/check.h"
#include "core/io/file.h"
#include "tests/e2e/demo.h"
#include "tests/support/wait.h"

namespace fairfeed::e2e {
namespace {

constexpr std::size_t kNodes = 5;

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

bool is_listening(std::uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = loopback(port);
    const bool answers =
        ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    ::close(fd);
    return answers;
}

std::string node_name(std::size_t number) {
    return "n" + std::to_string(number + 1);
}

void replace_one(std::string& text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    CHECK(at != std::string::npos);
    text.replace(at, from.size(), to);
}

}  // namespace

// All at once, so that they differ.
std::vector<std::uint16_t> free_ports(std::size_t count) {
    std::vector<int> sockets;
    std::vector<std::uint16_t> ports;
    for (std::size_t i = 0; i < count; ++i) {
        const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address = loopback(0);
        socklen_t size = sizeof address;
        auto* plain = reinterpret_cast<sockaddr*>(&address);
        CHECK(fd >= 0 && ::bind(fd, plain, size) == 0 && ::getsockname(fd, plain, &size) == 0);
        sockets.push_back(fd);
        ports.push_back(ntohs(address.sin_port));
    }
    for (const int fd : sockets)
        ::close(fd);
    return ports;
}

RunningLab::RunningLab(int starts_in_s, int grace_ms) : ports_(free_ports(kNodes + 1)) {
    write_network(starts_in_s, grace_ms);
    RunningProgram made(
        {program("gateway"), "provision", in("lab.yaml").string(), "--out", path().string()});
    EXPECT_EQ(made.wait(), 0) << made.output();
    start_brokers();
    start_nodes();
}

void RunningLab::write_network(int starts_in_s, int grace_ms) {
    const auto text = read_text_file(std::string(FAIRFEED_SOURCE_DIR) + "/config/lab.yaml");
    CHECK(text.has_value());
    std::string network = *text;
    for (std::size_t i = 0; i <= kNodes; ++i)
        replace_one(network, "port: " + std::to_string(18830 + i),
                    "port: " + std::to_string(ports_[i]));
    for (std::size_t i = 1; i <= kNodes; ++i)
        replace_one(network, ",\n     metrics_port: " + std::to_string(18840 + i), "");
    replace_one(network, "starts_in_s: 120", "starts_in_s: " + std::to_string(starts_in_s));
    replace_one(network, "  # timers:\n  #   grace_ms: 2000\n",
                "  timers: {grace_ms: " + std::to_string(grace_ms) + "}\n");
    std::ofstream(in("lab.yaml")) << network;
}

void RunningLab::start_brokers() {
    const std::string mosquitto =
        ::access("/usr/sbin/mosquitto", X_OK) == 0 ? "/usr/sbin/mosquitto" : "mosquitto";
    std::vector<std::filesystem::path> directories{path() / "gateway"};
    for (std::size_t i = 0; i < kNodes; ++i)
        directories.push_back(path() / "nodes" / node_name(i));
    for (const auto& directory : directories)
        programs_.push_back(std::make_unique<RunningProgram>(
            std::vector<std::string>{mosquitto, "-c", (directory / "mosquitto.conf").string()}));
    for (const std::uint16_t port : ports_)
        EXPECT_TRUE(test::wait_for([port] { return is_listening(port); })) << port;
}

// A node writes its status when it is at work.
void RunningLab::start_nodes() {
    for (std::size_t i = 0; i < kNodes; ++i)
        programs_.push_back(std::make_unique<RunningProgram>(std::vector<std::string>{
            program("edge-node"), "run", "--config",
            (path() / "nodes" / node_name(i) / "edge-node.yaml").string()}));
    for (std::size_t i = 0; i < kNodes; ++i) {
        const auto status = status_of(node_name(i));
        EXPECT_TRUE(test::wait_for([&] { return std::filesystem::exists(status); })) << status;
    }
}

}  // namespace fairfeed::e2e
