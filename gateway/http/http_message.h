// Requests and responses of HTTP as plain values, between the server, which knows sockets, and
// those who answer, who do not. Names of header fields are in lower case. Values; pure.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/io/json.h"

namespace fairfeed {

using HeaderFields = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
    std::string method;  // "GET"
    std::string target;  // as it was sent: "/api/v1/meters?limit=5"
    HeaderFields headers;
    std::string body;
    std::string address;  // of the peer, without its port

    [[nodiscard]] std::size_t count(std::string_view name) const;
    // The first field of that name; empty if there is none.
    [[nodiscard]] std::string_view header(std::string_view name) const;
    // The cookie of that name; nullopt if there is none, or two.
    [[nodiscard]] std::optional<std::string_view> cookie(std::string_view name) const;
};

// Something that happened, for those who watch. Its id is "<height>.<position>".
struct LiveEvent {
    std::uint64_t height = 0;
    std::uint64_t position = 0;
    std::string kind;   // "block", "alarm"
    std::string data;   // one line of JSON
    std::string meter;  // whose business it is; empty: everybody's
};

// What a watcher may see, and the last event that it has seen.
struct EventWish {
    std::function<bool(const LiveEvent&)> sees;
    std::optional<std::pair<std::uint64_t, std::uint64_t>> last{};  // height, position
    std::string account{};                                          // whose stream it is
    // The only meters whose events it may see beside everybody's; nullopt: of any meter.
    std::optional<std::vector<std::string>> meters{};
};

// On which workers a request is answered, so that none waits for those that take long.
enum class WorkerLane : std::uint8_t { quick, password, ledger };
constexpr std::size_t kWorkerLanes = static_cast<std::size_t>(WorkerLane::ledger) + 1;

struct HttpResponse {
    unsigned status = 200;
    HeaderFields headers;
    std::string body;
    std::optional<EventWish> watch;  // then the body is the stream of events
    bool is_head = false;            // headers of the body, without the body

    void set(std::string_view name, std::string value);
    [[nodiscard]] std::string_view header(std::string_view name) const;
};

[[nodiscard]] HttpResponse json_response(const Json& json, unsigned status = 200);

// Where a request is wrong: a JSON pointer into the body ("#/role") or the name of a parameter.
struct RequestFault {
    std::string pointer;
    std::string parameter;
    std::string detail;
};
// An error as application/problem+json (RFC 9457). `kind` is the last word of the problem's type.
[[nodiscard]] HttpResponse problem(unsigned status, std::string_view kind, std::string detail,
                                   std::vector<RequestFault> faults = {});

[[nodiscard]] std::string lower_case(std::string text);  // of ASCII

// The entity tag of a representation (RFC 9110, 8.8.3), with its quotes.
[[nodiscard]] std::string entity_tag(std::string_view body);
// Whether the request may change what is this representation by now: without If-Match always, else
// if that names it (RFC 9110, 13.1.1).
[[nodiscard]] bool may_change(const HttpRequest& request, std::string_view body);

// As every response leaves: HEAD, entity tag and If-None-Match (RFC 9110), and the headers that
// tell a browser to trust no page but this one.
[[nodiscard]] HttpResponse finished(const HttpRequest& request, HttpResponse response);

}  // namespace fairfeed
