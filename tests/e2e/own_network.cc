#include "tests/e2e/own_network.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <fstream>
#include <vector>

#include "core/base/check.h"

namespace fairfeed::e2e {
namespace {

constexpr const char* kServer = "127.0.0.53";
constexpr std::size_t kHeader = 12;
constexpr int kLookMs = 50;  // interval of checks whether the server should end

bool raise_loopback() {
    const int any = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (any < 0) return false;
    ifreq loopback{};
    std::strncpy(loopback.ifr_name, "lo", sizeof loopback.ifr_name - 1);
    loopback.ifr_flags = IFF_UP | IFF_RUNNING;
    const bool up = ::ioctl(any, SIOCSIFFLAGS, &loopback) == 0;
    ::close(any);
    return up;
}

bool put_over(const std::filesystem::path& file, const char* place, const std::string& text) {
    std::ofstream(file) << text;
    return ::mount(file.c_str(), place, nullptr, MS_BIND, nullptr) == 0;
}

// The name in the query, and the end of the question. Empty: the query holds no name.
std::string name_in(const std::vector<char>& query, std::size_t& end) {
    std::string name;
    std::size_t at = kHeader;
    while (at < query.size() && query[at] != 0) {
        const auto size = static_cast<std::size_t>(query[at]);
        if (at + 1 + size > query.size()) return {};
        name += (name.empty() ? "" : ".") + std::string(query.data() + at + 1, size);
        at += 1 + size;
    }
    end = at + 5;  // after the root label, the type and the class
    return end <= query.size() ? name : std::string();
}

// RFC 1035: the question again, followed by one answer if the type is A.
std::vector<char> answer_to(const std::vector<char>& query, std::size_t end) {
    std::vector<char> out(query.begin(), query.begin() + static_cast<std::ptrdiff_t>(end));
    const bool wants_ipv4 = query[end - 4] == 0 && query[end - 3] == 1;
    out[2] = static_cast<char>(0x85);
    out[3] = static_cast<char>(0x80);
    for (std::size_t i = 6; i < kHeader; ++i)
        out[i] = 0;
    if (!wants_ipv4) return out;
    out[7] = 1;
    const std::array<char, 16> record = {
        static_cast<char>(0xc0), 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, 127, 0, 0, 1};
    out.insert(out.end(), record.begin(), record.end());
    return out;
}

}  // namespace

bool enter_own_network(const std::filesystem::path& scratch) {
    if (::unshare(CLONE_NEWNET | CLONE_NEWNS) != 0) return false;
    if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return false;
    return raise_loopback() && put_over(scratch / "hosts", "/etc/hosts", "127.0.0.1 localhost\n") &&
           put_over(scratch / "resolv.conf", "/etc/resolv.conf",
                    std::string("nameserver ") + kServer + "\n");
}

SmallNameServer::SmallNameServer(std::set<std::string> never_answered)
    : never_answered_(std::move(never_answered)) {
    socket_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(53);
    CHECK(::inet_pton(AF_INET, kServer, &address.sin_addr) == 1);
    CHECK(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    thread_ = std::thread([this] { serve(); });
}

SmallNameServer::~SmallNameServer() {
    ended_ = true;
    thread_.join();
    ::close(socket_);
}

void SmallNameServer::serve() {
    while (!ended_) {
        pollfd readable{socket_, POLLIN, 0};
        if (::poll(&readable, 1, kLookMs) <= 0) continue;
        std::vector<char> query(512);
        sockaddr_in who{};
        socklen_t size = sizeof who;
        const auto count = ::recvfrom(socket_, query.data(), query.size(), 0,
                                      reinterpret_cast<sockaddr*>(&who), &size);
        if (count <= 0) continue;
        query.resize(static_cast<std::size_t>(count));
        std::size_t end = 0;
        const std::string name = name_in(query, end);
        if (name.empty() || silent_ || never_answered_.contains(name)) {
            ++ignored_;
            continue;
        }
        const auto reply = answer_to(query, end);
        ::sendto(socket_, reply.data(), reply.size(), 0, reinterpret_cast<const sockaddr*>(&who),
                 size);
    }
}

}  // namespace fairfeed::e2e
