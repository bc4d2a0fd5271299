// Log-in, log-out, who one is, and the tokens of one's own programs.
#include <algorithm>

#include "core/io/log.h"
#include "gateway/accounts/account_json.h"
#include "gateway/api/api_route.h"
#include "gateway/http/address_group.h"

namespace fairfeed {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::size_t kMaxTokens = 50;
constexpr std::string_view kCookie = "__Host-session=";
constexpr std::string_view kCookieRules = "; Path=/; Secure; HttpOnly; SameSite=Strict";

Json session_json(const Account& account, const std::string& csrf) {
    Json meters = Json::array();
    for (const std::string& meter : account.meters)
        meters.push(meter);
    return Json::object()
        .set("name", account.name)
        .set("role", to_string(account.role))
        .set("meters", std::move(meters))
        .set("csrf_token", csrf.empty() ? Json() : Json(csrf));
}

HttpResponse refused(const LoginRefusal& refusal) {
    switch (refusal.fault) {
        case LoginFault::wrong:
            return problem(401, "wrong-password", "name or password is wrong");
        case LoginFault::locked:
            return problem(403, "locked", "this account is locked: ask the office");
        case LoginFault::machine:
            return machine_failed(refusal.why);
        case LoginFault::wait:
            break;
    }
    HttpResponse wait = problem(429, "wait", "too many wrong passwords: wait, and try again");
    wait.set("retry-after", std::to_string((refusal.wait_ms + 999) / 1000));
    return wait;
}

HttpResponse log_in(const ApiSources& sources, const ApiCall& call) {
    BodyReader body(call.body);
    const std::string name = body.text("name");
    const std::string password = body.text("password", 1024);
    if (auto fault = body.finish()) return *fault;
    const auto made =
        sources.door->log_in({name, address_group(call.request.address)}, password, call.now_ms);
    if (!made) {
        log_warning("log-in refused", kv("from", call.request.address), kv("name", name));
        return refused(made.error());
    }
    HttpResponse response = json_response(session_json(made->account, made->session.csrf), 201);
    response.set("set-cookie", std::string(kCookie) + made->secret + std::string(kCookieRules));
    return response;
}

HttpResponse log_out(const ApiSources& sources, const ApiCall& call) {
    if (call.caller.session) {
        const auto ended = sources.door->log_out(*call.caller.session);
        if (!ended) return machine_failed(ended.error().message);
    }
    HttpResponse response;
    response.status = 204;
    response.set("set-cookie", std::string(kCookie) + std::string(kCookieRules) + "; Max-Age=0");
    return response;
}

HttpResponse who_am_i(const ApiCall& call) {
    const auto& session = call.caller.session;
    return json_response(
        session_json(*call.caller.account, session ? session->csrf : std::string()));
}

HttpResponse list_tokens(const ApiSources& sources, const ApiCall& call) {
    const auto tokens = sources.door->book().tokens_of(call.caller.name());
    if (!tokens) return machine_failed(tokens.error().message);
    Json items = Json::array();
    for (const ApiToken& token : *tokens)
        items.push(token_json(token));
    return json_response(Json::object().set("items", std::move(items)));
}

HttpResponse issue_token(const ApiSources& sources, const ApiCall& call) {
    // A token that makes tokens would outlive its own end.
    if (call.caller.token)
        return problem(403, "not-by-token", "tokens are made in a session, not by a token");
    BodyReader body(call.body);
    const auto words = body.optional_texts("scopes").value_or(std::vector<std::string>{"read"});
    const std::int64_t days = body.whole("days", 1, 366, 90);
    const std::string label = body.optional_text("label").value_or("");
    std::vector<TokenScope> scopes;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const auto scope = token_scope(words[i]);
        if (!scope) {
            body.fail("scopes/" + std::to_string(i), "is one of read, drafts, accounts");
        } else {
            scopes.push_back(*scope);
        }
    }
    if (auto fault = body.finish()) return *fault;
    const auto before = sources.door->book().tokens_of(call.caller.name());
    if (!before) return machine_failed(before.error().message);
    if (before->size() >= kMaxTokens)
        return problem(409, "too-many-tokens", "revoke one of your tokens first");
    if (auto fault = noted(sources, call, "token.issue", call.caller.name(), label)) return *fault;
    const auto made = sources.door->issue(call.caller.name(), std::move(scopes), label, call.now_ms,
                                          call.now_ms + days * kDayMs);
    if (!made) return machine_failed(made.error().message);
    return json_response(token_json(made->token).set("token", made->secret), 201);
}

HttpResponse revoke_token(const ApiSources& sources, const ApiCall& call) {
    const std::string& id = call.in_path("token");
    if (auto fault = noted(sources, call, "token.revoke", id)) return *fault;
    const auto gone = sources.door->book().revoke(call.caller.name(), id);
    if (!gone) return machine_failed(gone.error().message);
    if (!*gone) return not_found();
    HttpResponse response;
    response.status = 204;
    return response;
}

}  // namespace

std::vector<ApiRoute> session_routes(const ApiSources& sources) {
    const auto with = [&sources](HttpResponse (*answer)(const ApiSources&, const ApiCall&)) {
        return [&sources, answer](const ApiCall& call) { return answer(sources, call); };
    };
    return {
        {"POST", "/api/v1/session", std::nullopt, {}, with(log_in)},
        {"GET", "/api/v1/session", AccessRight::read_own, {}, who_am_i},
        {"DELETE", "/api/v1/session", std::nullopt, {}, with(log_out)},
        {"GET", "/api/v1/tokens", AccessRight::read_own, {}, with(list_tokens)},
        {"POST", "/api/v1/tokens", AccessRight::read_own, {}, with(issue_token)},
        {"DELETE", "/api/v1/tokens/{token}", AccessRight::read_own, {}, with(revoke_token)},
    };
}

}  // namespace fairfeed
