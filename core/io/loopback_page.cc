#include "core/io/loopback_page.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "core/io/clock.h"

namespace fairfeed {
namespace {

constexpr std::string_view kEndOfHead = "\r\n\r\n";
constexpr int kBacklog = 8;
constexpr std::int64_t kPauseMs = 100;  // when no descriptor is left

std::int64_t steady_ms() {
    return Clock().now().steady_ms;
}

std::string response(std::string_view status, std::string_view type, std::string_view body) {
    std::string text("HTTP/1.1 ");
    text.append(status).append("\r\nContent-Type: ").append(type);
    text.append("\r\nContent-Length: ").append(std::to_string(body.size()));
    text.append("\r\nConnection: close\r\nX-Content-Type-Options: nosniff\r\n\r\n").append(body);
    return text;
}

std::string refusal(std::string_view status, std::string_view why) {
    return response(status, "text/plain", std::string(why) + "\n");
}

// Takes the text up to the next blank, and the blank.
std::string_view take_word(std::string_view& text) {
    const std::size_t blank = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, blank);
    text.remove_prefix(std::min(blank + 1, text.size()));
    return word;
}

// A listening socket; -1: errno tells why not.
int listen_at(std::uint16_t& port) {
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listener < 0) return -1;
    const int on = 1;
    (void)::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in place{};
    place.sin_family = AF_INET;
    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    place.sin_port = htons(port);
    socklen_t size = sizeof place;
    auto* const address = reinterpret_cast<sockaddr*>(&place);
    if (::bind(listener, address, size) == 0 && ::listen(listener, kBacklog) == 0 &&
        ::getsockname(listener, address, &size) == 0) {
        port = ntohs(place.sin_port);
        return listener;
    }
    const int why = errno;
    ::close(listener);
    errno = why;
    return -1;
}

}  // namespace

LoopbackPage::LoopbackPage(LoopbackPlace place, std::function<std::string()> body, int listener)
    : place_(std::move(place)),
      body_(std::move(body)),
      listener_(listener),
      ends_(::eventfd(0, EFD_CLOEXEC)) {}

Result<std::unique_ptr<LoopbackPage>, IoError> LoopbackPage::open(
    LoopbackPlace place, std::function<std::string()> body) {
    const int listener = listen_at(place.port);
    if (listener < 0)
        return unexpected(io_error_from_errno("127.0.0.1:" + std::to_string(place.port)));
    std::unique_ptr<LoopbackPage> page(
        new LoopbackPage(std::move(place), std::move(body), listener));
    if (page->ends_ < 0) return unexpected(io_error_from_errno("eventfd"));
    try {
        page->thread_ = std::thread([raw = page.get()] { raw->serve(); });
    } catch (const std::system_error& error) {  // no thread can be started now
        return unexpected(IoError{error.what(), false});
    }
    return page;
}

LoopbackPage::~LoopbackPage() {
    if (thread_.joinable()) {
        (void)::eventfd_write(ends_, 1);
        thread_.join();
    }
    ::close(listener_);
    if (ends_ >= 0) ::close(ends_);
}

bool LoopbackPage::wait_for(int descriptor, short events, std::int64_t until_ms) const {
    pollfd waiting[2] = {{ends_, POLLIN, 0}, {descriptor, events, 0}};
    const std::int64_t left_ms = until_ms - steady_ms();
    if (left_ms <= 0) return false;
    const int timeout = static_cast<int>(std::min<std::int64_t>(left_ms, INT32_MAX));
    int ready = 0;
    do {
        ready = ::poll(waiting, 2, timeout);
    } while (ready < 0 && errno == EINTR);
    return ready > 0 && waiting[0].revents == 0;
}

void LoopbackPage::serve() {
    pollfd waiting[2] = {{ends_, POLLIN, 0}, {listener_, POLLIN, 0}};
    while (true) {
        if (::poll(waiting, 2, -1) < 0) continue;  // a signal
        if (waiting[0].revents != 0) return;
        const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (client >= 0) {
            converse(client);
            ::close(client);
        } else if (errno != EAGAIN && errno != ECONNABORTED) {
            (void)::poll(waiting, 1, kPauseMs);
        }
    }
}

void LoopbackPage::converse(int client) const {
    std::string head;
    if (!read_head(client, head)) return;
    write(client, answer_to(head));
    (void)::shutdown(client, SHUT_WR);
}

// true: it is whole, or larger than it may be.
bool LoopbackPage::read_head(int client, std::string& head) const {
    const std::int64_t until_ms = steady_ms() + kPatienceMs;
    char piece[2048];
    while (head.size() <= kMostRequestBytes && head.find(kEndOfHead) == std::string::npos) {
        if (!wait_for(client, POLLIN, until_ms)) return false;
        const ssize_t got = ::recv(client, piece, sizeof piece, 0);
        if (got < 0 && (errno == EAGAIN || errno == EINTR)) continue;
        if (got <= 0) return false;
        head.append(piece, static_cast<std::size_t>(got));
    }
    return true;
}

void LoopbackPage::write(int client, std::string_view text) const {
    const std::int64_t until_ms = steady_ms() + kPatienceMs;
    while (!text.empty() && wait_for(client, POLLOUT, until_ms)) {
        const ssize_t sent = ::send(client, text.data(), text.size(), MSG_NOSIGNAL);
        if (sent < 0 && (errno == EAGAIN || errno == EINTR)) continue;
        if (sent <= 0) return;
        text.remove_prefix(static_cast<std::size_t>(sent));
    }
}

// Of the request line alone (RFC 9112 3); the fields after it change nothing.
std::string LoopbackPage::answer_to(std::string_view head) const {
    if (head.find(kEndOfHead) == std::string_view::npos)
        return refusal("431 Request Header Fields Too Large", "the request is too large");
    std::string_view line = head.substr(0, head.find("\r\n"));
    const std::string_view method = take_word(line);
    const std::string_view target = take_word(line);
    if (!line.starts_with("HTTP/1.")) return refusal("400 Bad Request", "this is no HTTP/1");
    if (target.substr(0, target.find('?')) != place_.path)
        return refusal("404 Not Found", "the page is " + place_.path);
    if (method != "GET") return refusal("405 Method Not Allowed", "the page is for GET");
    return response("200 OK", place_.content_type, body_());
}

}  // namespace fairfeed
