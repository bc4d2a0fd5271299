// The office's web server as one object: the server, the API, sessions to the read model for its
// workers, live events of blocks that somebody adds to the read model, and metrics. It only reads
// the read model; the fold may run in this process or in another one.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/io/clock.h"
#include "gateway/api/final_notices.h"
#include "gateway/api/gateway_metrics.h"
#include "gateway/api/live_events.h"
#include "gateway/api/office_api.h"
#include "gateway/http/http_server.h"
#include "gateway/readmodel/read_model.h"

namespace fairfeed {

struct HttpServiceConfig {
    HttpPlace place;
    HttpLimits limits;
    ApiRules rules;
    DatabasePlace database;
    AccessPolicy access;
    ScryptCost passwords;
    std::filesystem::path accounts;
    std::filesystem::path audit;
    // Blocks that nodes have and the office has not, if it is known.
    std::function<std::optional<std::uint64_t>()> behind = [] {
        return std::optional<std::uint64_t>();
    };
    std::int64_t look_ms = 500;  // how often the read model is asked for new blocks
};

// The read model's sessions for as many threads as ask at once. Any thread.
class ReadModelPool {
  public:
    ReadModelPool(DatabasePlace place, const Digest& network)
        : place_(std::move(place)), network_(network) {}
    [[nodiscard]] Result<std::vector<OfficeRow>, std::string> rows(const OfficeQuery& query);
    [[nodiscard]] Result<std::optional<Height>, std::string> height();

  private:
    // A session that failed is not used again.
    template <class Asked>
    auto with(const Asked& asked) -> decltype(asked(std::declval<ReadModel&>()));
    DatabasePlace place_;
    Digest network_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<ReadModel>> idle_;
};

class HttpService {
  public:
    // `sources` without rows, health, door, audit, metrics and clock, which the service brings.
    // Opens and checks the audit log and the accounts, and listens. Error, for a person.
    [[nodiscard]] static Result<std::unique_ptr<HttpService>, std::string> start(
        const HttpServiceConfig& config, ApiSources sources, const Clock& clock);
    ~HttpService();  // stops
    HttpService(const HttpService&) = delete;
    HttpService& operator=(const HttpService&) = delete;

    [[nodiscard]] std::uint16_t port() const { return server_->port(); }
    [[nodiscard]] AuditLog& audit() { return *audit_; }
    [[nodiscard]] Doorkeeper& door() { return *door_; }
    // The read model may have a new block: look now. Any thread.
    void look();

  private:
    HttpService(const HttpServiceConfig& config, const Digest& network, const Clock& clock);
    [[nodiscard]] Result<void, std::string> open(const HttpServiceConfig& config,
                                                 ApiSources sources);
    void watch_blocks();
    void publish_up_to(Height height);
    void note(const HttpRequest& request, const HttpResponse& response, std::int64_t ms);

    const Clock& clock_;
    std::int64_t look_ms_;
    ReadModelPool pool_;
    GatewayMetrics metrics_;
    std::unique_ptr<AuditLog> audit_;
    std::unique_ptr<AccountBook> book_;
    std::unique_ptr<Doorkeeper> door_;
    std::unique_ptr<OfficeApi> api_;
    std::unique_ptr<HttpServer> server_;
    std::optional<FinalNotices> notices_;
    std::optional<Height> told_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool must_look_ = false;
    bool ends_ = false;
    std::thread watcher_;
};

}  // namespace fairfeed
