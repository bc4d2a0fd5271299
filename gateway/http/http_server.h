// The server: sockets, TLS, time limits and streams of events, and nothing of what is asked. One
// thread runs all connections; those who answer are called on workers, because they wait for disks
// and passwords. A client that is slow, large or one too many is cut, and nobody waits for it.
// start() and stop() from one thread; publish() from any.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "gateway/http/event_hub.h"
#include "gateway/http/http_message.h"

namespace fairfeed {

struct HttpPlace {
    std::string host = "127.0.0.1";  // an address
    std::uint16_t port = 0;          // 0: any free one
    // PEM; both empty: no TLS, which only loopback may have.
    std::filesystem::path key;
    std::filesystem::path certificate;
};

struct HttpLimits {
    std::uint32_t header_bytes = 16 * 1024;
    std::uint64_t body_bytes = 256 * 1024;
    std::int64_t header_ms = 15'000;  // from the first byte, or the end of the answer before
    std::int64_t body_ms = 15'000;
    std::int64_t write_ms = 30'000;
    std::int64_t heartbeat_ms = 15'000;    // of a stream without events
    std::int64_t stream_ms = 15 * 60'000;  // then the watcher comes back, and is known anew
    std::size_t connections = 2'000;
    std::size_t connections_of_address = 1'000;  // of a group of addresses, see address_group.h
    std::size_t waiting = 1'500;                 // requests that wait for a worker
    std::size_t password_waiting = 64;           // those that wait for the worker of passwords
    std::size_t ledger_waiting = 64;             // and for those who read the ledger
    EventHubLimits events;
};

struct HttpApplication {
    // On a worker; several at a time.
    std::function<HttpResponse(const HttpRequest&)> answer;
    // On the server's thread.
    std::function<WorkerLane(const HttpRequest&)> lane;
    // After each answer, on the server's thread.
    std::function<void(const HttpRequest&, const HttpResponse&, std::int64_t ms)> done;
    std::function<std::int64_t()> steady_ms;
};

class HttpServer {
  public:
    // Listens on return. Error, for a person: the address is taken, a file is no key.
    [[nodiscard]] static Result<std::unique_ptr<HttpServer>, std::string> start(
        const HttpPlace& place, const HttpLimits& limits, HttpApplication application);
    ~HttpServer();  // stops; no answer is asked for afterwards
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    [[nodiscard]] std::uint16_t port() const;
    void publish(std::vector<LiveEvent> block);  // the events of one block
    [[nodiscard]] std::size_t connections() const;
    [[nodiscard]] std::size_t watchers() const;

  private:
    struct Core;
    class Seat;
    explicit HttpServer(std::unique_ptr<Core> core);
    std::unique_ptr<Core> core_;
};

}  // namespace fairfeed
