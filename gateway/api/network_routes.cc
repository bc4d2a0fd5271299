// What is not a table: the network, the office's health, its audit log, its metrics, the events as
// they happen, and the description of all this.
#include <deque>

#include "gateway/api/api_route.h"
#include "gateway/api/office_api.h"
#include "gateway/http/event_hub.h"

namespace fairfeed {
namespace {

HttpResponse text_response(std::string text, std::string type) {
    HttpResponse response;
    response.body = std::move(text);
    response.set("content-type", std::move(type));
    return response;
}

Json entry_json(const AuditEntry& entry) {
    const AuditEvent& event = entry.event;
    return Json::object()
        .set("number", entry.number)
        .set("at_ms", event.real_ms)
        .set("who", event.who)
        .set("what", event.what)
        .set("from", event.from)
        .set("subject", event.subject)
        .set("height", event.height ? Json(*event.height) : Json())
        .set("note", event.note)
        .set("hash", to_hex(entry.hash.view()));
}

// The newest entries below `before`, the newest first; the whole log is checked on the way.
HttpResponse show_audit(const ApiSources& sources, const ApiCall& call) {
    const auto limit = whole_parameter(call, "limit", 1, 500, 100);
    if (!limit) return limit.error();
    const auto before = whole_parameter(call, "cursor", 1, INT64_MAX, INT64_MAX);
    if (!before) return before.error();
    std::deque<AuditEntry> newest;
    const auto chain =
        check_audit_log(sources.audit_file, sources.network_id, [&](const AuditEntry& entry) {
            if (entry.number >= static_cast<std::uint64_t>(*before)) return;
            newest.push_front(entry);
            if (newest.size() > static_cast<std::size_t>(*limit)) newest.pop_back();
        });
    if (!chain) return machine_failed(chain.error().message);
    Json items = Json::array();
    for (const AuditEntry& entry : newest)
        items.push(entry_json(entry));
    const bool has_more = !newest.empty() && newest.back().number > 1;
    return json_response(
        Json::object()
            .set("items", std::move(items))
            .set("next", has_more ? Json(std::to_string(newest.back().number)) : Json())
            .set("count", chain->count())
            .set("head", to_hex(chain->head().view())));
}

HttpResponse watch(const ApiCall& call) {
    EventWish wish;
    wish.sees = [caller = call.caller](const LiveEvent& event) {
        const bool is_money = event.kind == "share" || event.kind == "bill_line";
        return event.meter.empty() || caller.owns(event.meter) ||
               caller.may(is_money ? AccessRight::read_money : AccessRight::read_meters);
    };
    wish.account = call.caller.name();
    if (!call.caller.may(AccessRight::read_meters) && !call.caller.may(AccessRight::read_money))
        wish.meters = call.caller.account->meters;
    const std::string_view last = call.request.header("last-event-id");
    if (!last.empty()) {
        wish.last = parse_event_id(last);
        if (!wish.last)
            return problem(400, "wrong-event-id", "Last-Event-ID is <height>.<position>");
    }
    HttpResponse response;
    response.set("content-type", "text/event-stream");
    response.set("cache-control", "no-store");
    response.watch = std::move(wish);
    return response;
}

}  // namespace

Json network_json(const Genesis& genesis, const Digest& network) {
    const NetworkParameters& parameters = genesis.parameters;
    return Json::object()
        .set("name", parameters.name)
        .set("id", to_hex(network.view()))
        .set("dgmd", genesis.dgmd.str())
        .set("window_seconds", parameters.window_seconds)
        .set("grid_epoch_s", parameters.grid_epoch_s)
        .set("real_epoch_ms", parameters.real_epoch_ms)
        .set("speed", parameters.speed)
        .set("contract_version", parameters.contract_version);
}

Json health_json(std::optional<Height> height, std::optional<std::uint64_t> behind) {
    const char* status = !height ? "starting" : behind.value_or(0) > 1 ? "behind" : "ok";
    return Json::object()
        .set("status", status)
        .set("height", height ? Json(*height) : Json())
        .set("behind", behind ? Json(*behind) : Json())
        .set("version", FAIRFEED_VERSION);
}

std::vector<ApiRoute> network_routes(const ApiSources& sources) {
    using Right = AccessRight;
    return {
        {"GET",
         "/api/v1/network",
         Right::read_public,
         {},
         [&sources](const ApiCall&) { return json_response(sources.network()); }},
        {"GET",
         "/api/v1/health",
         std::nullopt,
         {},
         [&sources](const ApiCall&) { return json_response(sources.health()); }},
        {"GET",
         "/api/v1/audit",
         Right::read_audit,
         {"limit", "cursor"},
         [&sources](const ApiCall& call) { return show_audit(sources, call); }},
        {"GET", "/api/v1/events", Right::read_public, {}, watch},
        {"GET",
         "/api/v1/openapi.json",
         std::nullopt,
         {},
         [](const ApiCall&) {
             return text_response(std::string(openapi_text()), "application/json");
         }},
        {"GET",
         "/metrics",
         Right::read_audit,
         {},
         [&sources](const ApiCall&) {
             return text_response(sources.metrics(), "text/plain; version=0.0.4");
         }},
    };
}

}  // namespace fairfeed
