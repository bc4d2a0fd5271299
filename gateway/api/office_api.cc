#include "gateway/api/office_api.h"

#include <algorithm>

#include "gateway/http/address_group.h"
#include "gateway/http/request_target.h"

namespace fairfeed {
namespace {

constexpr std::string_view kCookieName = "__Host-session";
constexpr std::string_view kBearer = "Bearer ";

bool changes(const HttpRequest& request) {
    return request.method != "GET" && request.method != "HEAD" && request.method != "OPTIONS";
}

bool has_body(const HttpRequest& request) {
    return request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
}

// "Office.example:8443" without its port, in lower case.
std::string host_name(std::string_view host) {
    const std::size_t after = host.starts_with('[') ? host.find(']') : 0;
    if (after == std::string_view::npos) return "";
    const std::size_t colon = host.find(':', after);
    return lower_case(std::string(host.substr(0, colon)));
}

HttpResponse options(const std::string& allow) {
    HttpResponse response;
    response.status = 204;
    response.set("allow", allow);
    return response;
}

HttpResponse unauthorised() {
    HttpResponse response = problem(401, "not-logged-in", "log in, or send a token that is valid");
    response.set("www-authenticate", "Bearer");
    return response;
}

// A page of another site makes a browser send the cookie, and cannot know this header's value.
bool is_forged(const HttpRequest& request, const Caller& caller) {
    if (!caller.session || !changes(request)) return false;
    return !equal_in_constant_time(as_bytes(request.header("x-csrf-token")),
                                   as_bytes(caller.session->csrf));
}

std::optional<HttpResponse> unknown_parameter(
    const ApiRoute& route, const std::vector<std::pair<std::string, std::string>>& parameters) {
    for (const auto& [name, value] : parameters) {
        if (std::find(route.parameters.begin(), route.parameters.end(), name) !=
            route.parameters.end())
            continue;
        const std::string what = "is no parameter of this";
        return problem(400, "wrong-parameter", name + " " + what, {{"", name, what}});
    }
    return std::nullopt;
}

Result<Json, HttpResponse> body_of(const HttpRequest& request) {
    if (!has_body(request)) return Json();
    std::string_view type = request.header("content-type");
    type = type.substr(0, type.find(';'));
    if (type != "application/json")
        return unexpected(
            problem(415, "not-json", "send the body as JSON, with Content-Type: application/json"));
    auto json = Json::parse(request.body);
    if (!json)
        return unexpected(
            problem(400, "not-json", json.error(), {{"#", "", "is no JSON of this API"}}));
    return std::move(*json);
}

}  // namespace

OfficeApi::OfficeApi(ApiSources sources, const ApiRules& rules)
    : sources_(std::move(sources)), rules_(rules), rate_(rules.rate) {
    for (const auto& room :
         {session_routes, account_routes, draft_routes, table_routes, application_routes,
          code_routes, work_order_routes, bill_routes, forecast_routes, network_routes})
        for (ApiRoute& route : room(sources_))
            routes_.push_back(std::move(route));
    for (const ApiRoute& route : routes_)
        places_.push_back({route.method, route.pattern});
}

HttpResponse OfficeApi::answer(const HttpRequest& request) {
    return finished(request, respond(request));
}

WorkerLane OfficeApi::lane_of(const HttpRequest& request) {
    const auto target = parse_target(request.target);
    if (!target || target->segments.size() < 3) return WorkerLane::quick;
    const auto& path = target->segments;
    if (path[0] != "api" || path[1] != "v1") return WorkerLane::quick;
    const std::string& room = path[2];
    if (changes(request) && (room == "session" || room == "accounts")) return WorkerLane::password;
    const bool acts =
        changes(request) && (room == "codes" || room == "applications" || room == "drafts");
    const bool reads_ledger = room == "bills" || room == "forecasts" || path.back() == "proof";
    return acts || reads_ledger ? WorkerLane::ledger : WorkerLane::quick;
}

std::optional<HttpResponse> OfficeApi::gate(const HttpRequest& request, std::int64_t now_ms) {
    const std::string name = host_name(request.header("host"));
    if (request.count("host") != 1 ||
        std::find(rules_.hosts.begin(), rules_.hosts.end(), name) == rules_.hosts.end())
        return problem(421, "another-host",
                       "this server has no such name; `hosts` of its "
                       "configuration lists those that it has");
    const std::lock_guard alone(mutex_);
    const auto wait_ms = rate_.ask(address_group(request.address), now_ms);
    if (!wait_ms) return std::nullopt;
    HttpResponse wait = problem(429, "too-often", "too many requests from this address");
    wait.set("retry-after", std::to_string((*wait_ms + 999) / 1000));
    return wait;
}

Result<Caller, HttpResponse> OfficeApi::identify(const HttpRequest& request, std::int64_t now_ms) {
    const std::string_view header = request.header("authorization");
    Result<Caller, IoError> caller = Caller();
    if (!header.empty()) {
        if (!header.starts_with(kBearer)) return unexpected(unauthorised());
        caller = sources_.door->by_token(header.substr(kBearer.size()), now_ms);
        if (caller && !caller->account) return unexpected(unauthorised());
    } else if (const auto cookie = request.cookie(kCookieName)) {
        caller = sources_.door->by_session(*cookie, now_ms);
    }
    if (!caller) return unexpected(machine_failed(caller.error().message));
    caller->address = request.address;
    return std::move(*caller);
}

HttpResponse OfficeApi::respond(const HttpRequest& request) {
    const std::int64_t now_ms = sources_.now_ms();
    if (auto refusal = gate(request, now_ms)) return *refusal;
    const auto target = parse_target(request.target);
    if (!target) return problem(400, "wrong-target", target.error());
    const RouteFound found = find_route(places_, request.method, target->segments);
    if (found.allow.empty()) return not_found();
    if (request.method == "OPTIONS") return options(found.allow);
    if (!found.index) {
        HttpResponse wrong =
            problem(405, "wrong-method", request.method + " is none of " + found.allow);
        wrong.set("allow", found.allow);
        return wrong;
    }
    const ApiRoute& route = routes_[*found.index];
    const auto caller = identify(request, now_ms);
    if (!caller) return caller.error();
    if (route.right && !caller->account) return unauthorised();
    if (is_forged(request, *caller))
        return problem(403, "forged", "X-CSRF-Token does not repeat the session's csrf_token");
    if (route.right && !caller->may(*route.right))
        return problem(403, "not-allowed", "your role, or your token's scope, does not allow this");
    if (auto fault = unknown_parameter(route, target->parameters)) return *fault;
    const auto body = body_of(request);
    if (!body) return body.error();
    return route.answer({request, *caller, found.values, target->parameters, *body, now_ms});
}

}  // namespace fairfeed
