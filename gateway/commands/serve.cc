#include "gateway/commands/serve.h"

#include "core/base/utc_text.h"
#include "core/io/clock.h"
#include "core/io/json.h"
#include "core/io/log.h"
#include "core/io/status_file.h"
#include "gateway/commands/web.h"
#include "gateway/runtime/gateway_runtime.h"

namespace fairfeed {
namespace {

constexpr int kDone = 0;
constexpr int kFailed = 1;
constexpr int kWrongInput = 2;
constexpr std::int64_t kProgressEveryMs = 1000;

int wrong(const std::vector<std::string>& lines, std::ostream& err) {
    for (const std::string& line : lines)
        err << line << '\n';
    return kWrongInput;
}

int report(const OfficeFault& fault, std::ostream& err) {
    err << "gateway: " << fault.reason << '\n';
    return fault.mistake ? kWrongInput : kFailed;
}

LogLevel level_of(const std::string& word) {
    if (word == "debug") return LogLevel::debug;
    if (word == "warning") return LogLevel::warning;
    if (word == "error") return LogLevel::error;
    return LogLevel::info;
}

struct Prepared {
    GatewayConfig config;
    GatewayFiles files;
};

Result<Prepared, std::vector<std::string>> prepare(const std::filesystem::path& file) {
    auto config = load_gateway_config(file);
    if (!config) return unexpected(config.error());
    auto files = check_gateway_files(*config, Clock().now().real_ms / 1000);
    if (!files) return unexpected(files.error());
    return Prepared{std::move(*config), std::move(*files)};
}

const std::string& text_of(const Json& facts, std::string_view key) {
    static const std::string kNone;
    const std::string* text = facts.at(key).as_text();
    return text == nullptr ? kNone : *text;
}

bool has_alarms(const FoundStatus& found) {
    const Json::Array* alarms = found.facts.at("alarms").as_array();
    return alarms != nullptr && !alarms->empty();
}

void print_node(const std::string& node, const Json& word, std::ostream& out) {
    const bool* connected = word.at("connected").as_bool();
    out << "  node " << node << ' ' << text_of(word, "word");
    if (const std::int64_t* height = word.at("height").as_int()) out << ", height " << *height;
    if (connected == nullptr || !*connected) out << "; not connected: " << text_of(word, "why_not");
    out << '\n';
}

void print_status(const FoundStatus& found, std::ostream& out) {
    out << "gateway " << liveness(found) << "; written " << span_text(found.age_ms) << " ago to "
        << found.file.string() << '\n';
    out << (found.is_current() ? "  " : "  said last: ") << text_of(found.facts, "line") << '\n';
    if (const Json::Object* nodes = found.facts.at("nodes").as_object())
        for (const auto& [node, word] : *nodes)
            print_node(node, word, out);
    const Json& policy = found.facts.at("policy");
    const std::string* excess = policy.at("excess").as_text();
    const std::int64_t* left = policy.at("left_this_week").as_int();
    if (excess != nullptr && left != nullptr)
        out << "  a capacity is exceeded by a peak " << *excess << "; DGMD alone may deauthorise "
            << *left << " more this week\n";
    if (!has_alarms(found)) return;
    for (const Json& alarm : *found.facts.at("alarms").as_array())
        out << "  alarm: " << (alarm.as_text() == nullptr ? "" : *alarm.as_text()) << '\n';
}

}  // namespace

int run_serve(const ServeOptions& options, std::ostream& out, std::ostream& err) {
    const auto ready = prepare(options.config);
    if (!ready) return wrong(ready.error(), err);
    if (options.check_only) {
        if (!ready->files.of_time.empty()) return wrong(ready->files.of_time, err);
        out << options.config.string()
            << ": well formed; keys, certificates and genesis are there and fit\n";
        return kDone;
    }
    set_log_level(level_of(ready->config.log_level));
    const Clock clock;
    std::unique_ptr<HttpService> web;
    const auto ended = run_gateway(ready->config, ready->files, [&]() -> Result<void, OfficeFault> {
        if (!ready->config.http) return {};
        auto started = start_web(ready->config, ready->files.genesis, clock);
        if (!started) return unexpected(OfficeFault{started.error(), true});
        web = std::move(*started);
        return {};
    });
    return ended ? *ended : report(ended.error(), err);
}

int run_gateway_status(const GatewayStatusOptions& options, std::ostream& out, std::ostream& err) {
    const auto config = load_gateway_config(options.config);
    if (!config) return wrong(config.error(), err);
    const auto found = read_status(status_file_of(*config), Clock().now().real_ms);
    if (!found)
        return wrong({found.error().message +
                      ": has `gateway serve` ever run on this machine since it started?"},
                     err);
    if (options.json)
        out << found->for_programs().dump(2) << '\n';
    else
        print_status(*found, out);
    return found->is_current() && !has_alarms(*found) ? kDone : kFailed;
}

int run_rebuild(const RebuildOptions& options, std::ostream& out, std::ostream& err) {
    const auto ready = prepare(options.config);
    if (!ready) return wrong(ready.error(), err);
    std::error_code error;
    if (!std::filesystem::exists(ready->config.ledger, error))
        return wrong(
            {ready->config.ledger.string() + ": there is no ledger yet; `gateway serve` makes one"},
            err);
    const Clock clock;
    std::int64_t told_ms = clock.now().steady_ms;
    const auto progress = [&](Height done, Height last) {
        const std::int64_t now_ms = clock.now().steady_ms;
        if (now_ms - told_ms < kProgressEveryMs) return;
        told_ms = now_ms;
        err << "block " << done << " of " << last << '\n';
    };
    const auto service = OfficeService::open(ready->config,
                                             {ready->files.genesis,
                                              {ready->files.signing, ready->files.other_signing},
                                              ready->files.agreement,
                                              ready->files.other_agreement},
                                             TablesAtStart::anew, progress, clock.now().real_ms);
    if (!service) return report(service.error(), err);
    const Height height = (*service)->state().height;
    if (options.json)
        out << Json::object().set("height", height).dump(2) << '\n';
    else
        out << "The read model was made again from the ledger, up to block " << height << ".\n";
    return kDone;
}

}  // namespace fairfeed
