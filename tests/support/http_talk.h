// A client of HTTP for tests: writes what it is told, well formed or not, and reads what comes,
// over a plain connection to loopback.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <utility>

#include "core/base/check.h"
#include "core/io/clock.h"

namespace fairfeed::testing_support {

class HttpTalk {
  public:
    explicit HttpTalk(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in place{};
        place.sin_family = AF_INET;
        place.sin_port = htons(port);
        place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        CHECK(socket_ >= 0);
        is_open_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&place), sizeof place) == 0;
    }
    ~HttpTalk() {
        if (socket_ >= 0) ::close(socket_);
    }
    HttpTalk(HttpTalk&& other) noexcept
        : socket_(std::exchange(other.socket_, -1)),
          is_open_(other.is_open_),
          rest_(std::move(other.rest_)) {}
    HttpTalk(const HttpTalk&) = delete;
    HttpTalk& operator=(const HttpTalk&) = delete;

    [[nodiscard]] bool is_open() const { return is_open_; }
    [[nodiscard]] int descriptor() const { return socket_; }
    bool say(const std::string& text) const {
        return ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL) ==
               static_cast<ssize_t>(text.size());
    }
    // Everything up to the end of the connection. Empty also if it is still open at the deadline.
    std::string read_all(int deadline_ms = 20'000) {
        while (more(deadline_ms)) {
        }
        return std::exchange(rest_, {});
    }
    // Until the text has come, the connection ends, or the time is up. Returns everything so far.
    std::string read_until(const std::string& text, int deadline_ms = 20'000) {
        const Clock clock;
        const std::int64_t until_ms = clock.now().steady_ms + deadline_ms;
        while (rest_.find(text) == std::string::npos && clock.now().steady_ms < until_ms &&
               more(deadline_ms)) {
        }
        return std::exchange(rest_, {});
    }
    // One response with a Content-Length.
    std::string read_response(bool has_body = true) {
        while (rest_.find("\r\n\r\n") == std::string::npos && more(20'000)) {
        }
        const std::size_t head = rest_.find("\r\n\r\n");
        if (head == std::string::npos) return std::exchange(rest_, {});
        std::size_t size = 0;
        const std::size_t at = rest_.find("content-length: ");
        const std::size_t other = rest_.find("Content-Length: ");
        const std::size_t from = std::min(at, other);
        if (has_body && from < head) size = std::stoul(rest_.substr(from + 16));
        while (rest_.size() < head + 4 + size && more(20'000)) {
        }
        std::string response = rest_.substr(0, head + 4 + size);
        rest_.erase(0, response.size());
        return response;
    }

  private:
    bool more(int deadline_ms) {
        pollfd waiting{socket_, POLLIN, 0};
        if (::poll(&waiting, 1, deadline_ms) != 1) return false;
        char piece[4096];
        const ssize_t got = ::recv(socket_, piece, sizeof piece, 0);
        if (got <= 0) return false;
        rest_.append(piece, static_cast<std::size_t>(got));
        return true;
    }

    int socket_;
    bool is_open_ = false;
    std::string rest_;
};

}  // namespace fairfeed::testing_support
