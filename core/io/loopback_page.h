// One page of text over HTTP for programs of this machine: GET of one path, on 127.0.0.1, without
// TLS. What a collector of metrics needs and no more: a thread of its own, one connection at a
// time, one request on each. Whoever is slow or says too much is cut off, and nobody else waits
// longer for it than kPatienceMs. The server for people and for other machines is gateway/http.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "core/base/result.h"
#include "core/io/io_error.h"

namespace fairfeed {

struct LoopbackPlace {
    std::uint16_t port = 0;    // 0: any free one
    std::string path;          // "/metrics"
    std::string content_type;  // "text/plain; version=0.0.4"
};

class LoopbackPage {
  public:
    static constexpr std::size_t kMostRequestBytes = 8192;
    static constexpr std::int64_t kPatienceMs = 2000;  // for a request, and for taking its answer

    // Listens on return. `body` is asked for on the page's thread, at each request. Error: the port
    // is taken.
    [[nodiscard]] static Result<std::unique_ptr<LoopbackPage>, IoError> open(
        LoopbackPlace place, std::function<std::string()> body);
    ~LoopbackPage();  // `body` is not asked for afterwards
    LoopbackPage(const LoopbackPage&) = delete;
    LoopbackPage& operator=(const LoopbackPage&) = delete;

    [[nodiscard]] std::uint16_t port() const { return place_.port; }

  private:
    LoopbackPage(LoopbackPlace place, std::function<std::string()> body, int listener);
    void serve();
    void converse(int client) const;
    [[nodiscard]] std::string answer_to(std::string_view head) const;
    // Until `until_ms` (steady). false: the time is up, or the page ends.
    [[nodiscard]] bool wait_for(int descriptor, short events, std::int64_t until_ms) const;
    [[nodiscard]] bool read_head(int client, std::string& head) const;
    void write(int client, std::string_view text) const;

    LoopbackPlace place_;
    std::function<std::string()> body_;
    const int listener_;
    const int ends_;  // an eventfd
    std::thread thread_;
};

}  // namespace fairfeed
