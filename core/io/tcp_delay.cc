#include "core/io/tcp_delay.h"

#include <dirent.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

namespace fairfeed {
namespace {

// 0: the descriptor is no connected TCP socket.
std::uint16_t remote_port_of(int descriptor) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    if (::getpeername(descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
    if (address.ss_family == AF_INET)
        return ntohs(reinterpret_cast<const sockaddr_in*>(&address)->sin_port);
    if (address.ss_family == AF_INET6)
        return ntohs(reinterpret_cast<const sockaddr_in6*>(&address)->sin6_port);
    return 0;
}

template <class Integer>
std::optional<Integer> whole_number(std::string_view text) {
    Integer value = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || rest != text.data() + text.size()) return std::nullopt;
    return value;
}

}  // namespace

void send_without_delay(std::uint16_t remote_port) {
    DIR* descriptors = ::opendir("/proc/self/fd");
    if (descriptors == nullptr) return;  // the delay stays: slower, not wrong
    const int on = 1;
    while (const dirent* entry = ::readdir(descriptors)) {
        const auto descriptor = whole_number<int>(entry->d_name);
        if (!descriptor || remote_port_of(*descriptor) != remote_port) continue;
        (void)::setsockopt(*descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    ::closedir(descriptors);
}

}  // namespace fairfeed
