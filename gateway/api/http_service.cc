#include "gateway/api/http_service.h"

#include <chrono>

#include "core/io/log.h"

namespace fairfeed {

template <class Asked>
auto ReadModelPool::with(const Asked& asked) -> decltype(asked(std::declval<ReadModel&>())) {
    std::unique_ptr<ReadModel> session;
    {
        const std::lock_guard alone(mutex_);
        if (!idle_.empty()) {
            session = std::move(idle_.back());
            idle_.pop_back();
        }
    }
    if (!session) {
        auto opened = ReadModel::open(place_, network_);
        if (!opened) return unexpected(opened.error());
        session = std::make_unique<ReadModel>(std::move(*opened));
    }
    auto answer = asked(*session);
    if (answer) {
        const std::lock_guard alone(mutex_);
        idle_.push_back(std::move(session));
    }
    return answer;
}

Result<std::vector<OfficeRow>, std::string> ReadModelPool::rows(const OfficeQuery& query) {
    return with([&query](ReadModel& model) { return model.select(query); });
}

Result<std::optional<Height>, std::string> ReadModelPool::height() {
    return with([](ReadModel& model) { return model.look_up_height(); });
}

HttpService::HttpService(const HttpServiceConfig& config, const Digest& network, const Clock& clock)
    : clock_(clock), look_ms_(config.look_ms), pool_(config.database, network) {}

Result<std::unique_ptr<HttpService>, std::string> HttpService::start(
    const HttpServiceConfig& config, ApiSources sources, const Clock& clock) {
    std::unique_ptr<HttpService> service(new HttpService(config, sources.network_id, clock));
    if (const auto opened = service->open(config, std::move(sources)); !opened)
        return unexpected(opened.error());
    return service;
}

Result<void, std::string> HttpService::open(const HttpServiceConfig& config, ApiSources sources) {
    auto audit = AuditLog::open(config.audit, sources.network_id, clock_.now().real_ms);
    if (!audit) return unexpected(audit.error().message);
    audit_ = std::move(*audit);
    auto notices = FinalNotices::open(*audit_, config.audit, sources.network_id);
    if (!notices) return unexpected(notices.error().message);
    notices_ = std::move(*notices);
    auto book = AccountBook::open(config.accounts);
    if (!book) return unexpected(book.error().message);
    book_ = std::move(*book);
    door_ = std::make_unique<Doorkeeper>(*book_, config.access, config.passwords, system_random());
    const auto height = pool_.height();
    if (!height) return unexpected(height.error());
    told_ = *height;
    sources.rows = [this](const OfficeQuery& query) { return pool_.rows(query); };
    sources.door = door_.get();
    sources.audit = audit_.get();
    sources.audit_file = config.audit;
    sources.health = [this, behind = config.behind] {
        const auto known = pool_.height();
        return health_json(known ? *known : std::nullopt, behind());
    };
    sources.metrics = [this] { return metrics_.text(); };
    sources.now_ms = [this] { return clock_.now().real_ms; };
    api_ = std::make_unique<OfficeApi>(std::move(sources), config.rules);
    HttpApplication application{
        [this](const HttpRequest& request) { return api_->answer(request); }, OfficeApi::lane_of,
        [this](const HttpRequest& request, const HttpResponse& response, std::int64_t ms) {
            note(request, response, ms);
        },
        [this] { return clock_.now().steady_ms; }};
    auto server = HttpServer::start(config.place, config.limits, std::move(application));
    if (!server) return unexpected(server.error());
    server_ = std::move(*server);
    watcher_ = std::thread([this] { watch_blocks(); });
    return {};
}

HttpService::~HttpService() {
    {
        const std::lock_guard alone(mutex_);
        ends_ = true;
    }
    changed_.notify_one();
    if (watcher_.joinable()) watcher_.join();
}

void HttpService::look() {
    {
        const std::lock_guard alone(mutex_);
        must_look_ = true;
    }
    changed_.notify_one();
}

void HttpService::watch_blocks() {
    while (true) {
        metrics_.connections(server_->connections(), server_->watchers());
        const auto height = pool_.height();
        if (height && *height) publish_up_to(**height);
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, std::chrono::milliseconds(look_ms_),
                          [this] { return ends_ || must_look_; });
        if (ends_) return;
        must_look_ = false;
    }
}

void HttpService::publish_up_to(Height height) {
    metrics_.height(height);
    const RowSource rows = [this](const OfficeQuery& query) { return pool_.rows(query); };
    if (const auto noted = notices_->note(rows, clock_.now().real_ms); !noted)
        log_error("a final notice is not in the audit log", kv("why", noted.error()));
    for (Height next = told_ ? *told_ + 1 : 0; next <= height; ++next) {
        auto events = events_of_block(rows, next);
        if (!events) return;  // the next look tries again
        server_->publish(std::move(*events));
        told_ = next;
    }
}

void HttpService::note(const HttpRequest& request, const HttpResponse& response, std::int64_t ms) {
    metrics_.request(request.method, response.status, ms);
    const bool is_quiet = request.method == "GET" && response.status < 400;
    const std::string line =
        concat("http", kv("method", request.method), kv("target", request.target),
               kv("status", response.status), kv("ms", ms), kv("from", request.address));
    if (is_quiet) {
        log_debug(line);
    } else {
        log_info(line);
    }
}

}  // namespace fairfeed
