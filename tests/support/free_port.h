// A loopback TCP port that nobody listens on at the moment of asking. Somebody else may take it
// before it is used: whoever starts a server on it must notice and ask again.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>

#include "core/base/check.h"

namespace fairfeed::testing_support {

inline std::uint16_t free_port() {
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(listener >= 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    CHECK(::bind(listener, reinterpret_cast<const sockaddr*>(&address), size) == 0);
    CHECK(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    ::close(listener);
    return ntohs(address.sin_port);
}

}  // namespace fairfeed::testing_support
