// The office's API: a request and the moment in, a response out. Knows who asks, what they may, and
// which route answers; knows no sockets. Order of the checks: the target, the host, how often, who,
// which route, the right, the forged request (CSRF), the parameters, the body. Any thread.
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/api/api_route.h"
#include "gateway/http/rate_limit.h"

namespace fairfeed {

struct ApiRules {
    // The names under which browsers may reach this server, without a port, in lower case; another
    // name in Host is refused (DNS rebinding).
    std::vector<std::string> hosts = {"localhost", "127.0.0.1", "[::1]"};
    RateRule rate;
};

class OfficeApi {
  public:
    OfficeApi(ApiSources sources, const ApiRules& rules);
    OfficeApi(const OfficeApi&) = delete;
    OfficeApi& operator=(const OfficeApi&) = delete;

    [[nodiscard]] HttpResponse answer(const HttpRequest& request);
    // Passwords cost much of a processor; bills, forecasts and drafts read the ledger.
    [[nodiscard]] static WorkerLane lane_of(const HttpRequest& request);
    [[nodiscard]] const std::vector<ApiRoute>& routes() const { return routes_; }

  private:
    [[nodiscard]] HttpResponse respond(const HttpRequest& request);
    [[nodiscard]] std::optional<HttpResponse> gate(const HttpRequest& request, std::int64_t now_ms);
    [[nodiscard]] Result<Caller, HttpResponse> identify(const HttpRequest& request,
                                                        std::int64_t now_ms);

    ApiSources sources_;
    ApiRules rules_;
    std::vector<ApiRoute> routes_;
    std::vector<RoutePlace> places_;
    std::mutex mutex_;
    RateLimit rate_;
};

// What the sources say of the network and of the office; `behind` is in blocks, if it is known.
[[nodiscard]] Json network_json(const Genesis& genesis, const Digest& network);
[[nodiscard]] Json health_json(std::optional<Height> height, std::optional<std::uint64_t> behind);

// The OpenAPI 3.1 document, gateway/api/openapi.json.
[[nodiscard]] std::string_view openapi_text();

}  // namespace fairfeed
