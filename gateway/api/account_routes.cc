// People, for operators.
#include <algorithm>

#include "core/base/ids.h"
#include "gateway/api/api_route.h"

namespace fairfeed {
namespace {

Json account_json(const Account& account) {
    Json meters = Json::array();
    for (const std::string& meter : account.meters)
        meters.push(meter);
    return Json::object()
        .set("name", account.name)
        .set("role", to_string(account.role))
        .set("meters", std::move(meters))
        .set("full_name", account.full_name)
        .set("contact", account.contact)
        .set("has_password", !account.password.empty())
        .set("locked", account.locked)
        .set("created_ms", account.created_ms);
}

// Takes what the body says over into the account; what is wrong, the reader keeps.
void take_members(BodyReader& body, const ApiSources& sources, Account& account) {
    if (const auto word = body.optional_text("role")) {
        const auto role = account_role(*word);
        if (!role) body.fail("role", "is one of customer, inspector, officer, operator");
        if (role) account.role = *role;
    }
    if (auto meters = body.optional_texts("meters")) {
        for (std::size_t i = 0; i < meters->size(); ++i)
            if (!is_valid_name((*meters)[i]))
                body.fail("meters/" + std::to_string(i), "is no name of a meter");
        std::sort(meters->begin(), meters->end());
        meters->erase(std::unique(meters->begin(), meters->end()), meters->end());
        account.meters = std::move(*meters);
    }
    if (auto text = body.optional_text("full_name")) account.full_name = std::move(*text);
    if (auto text = body.optional_text("contact")) account.contact = std::move(*text);
    if (const auto locked = body.optional_bool("locked")) account.locked = *locked;
    if (const auto password = body.optional_text("password", 1024)) {
        if (const auto fault = fault_of_password(*password, account.name)) {
            body.fail("password", *fault);
        } else {
            account.password = sources.door->hash(*password);
            account = after_success(std::move(account));
        }
    }
}

HttpResponse list_accounts(const ApiSources& sources, const ApiCall&) {
    const auto all = sources.door->book().all();
    if (!all) return machine_failed(all.error().message);
    Json items = Json::array();
    for (const Account& account : *all)
        items.push(account_json(account));
    return json_response(Json::object().set("items", std::move(items)));
}

HttpResponse show_account(const ApiSources& sources, const ApiCall& call) {
    const auto found = sources.door->book().find(call.in_path("name"));
    if (!found) return machine_failed(found.error().message);
    return *found ? json_response(account_json(**found)) : not_found();
}

HttpResponse add_account(const ApiSources& sources, const ApiCall& call) {
    BodyReader body(call.body);
    Account account;
    account.name = body.text("name");
    account.created_ms = call.now_ms;
    if (const auto fault = fault_of_account_name(account.name); fault && !account.name.empty())
        body.fail("name", *fault);
    if (call.body.at("role").is_null()) body.fail("role", "is missing");
    take_members(body, sources, account);
    if (auto fault = body.finish()) return *fault;
    const Account blank{.name = account.name, .role = account.role};
    const std::string more = changes_between(blank, account);
    if (auto fault = noted(
            sources, call, "account.add", account.name,
            "role " + std::string(to_string(account.role)) + (more.empty() ? "" : ", ") + more))
        return *fault;
    const auto added = sources.door->book().add(account);
    if (!added) return machine_failed(added.error().message);
    if (!*added) return problem(409, "exists", "there is an account of that name");
    HttpResponse response = json_response(account_json(account), 201);
    response.set("location", "/api/v1/accounts/" + account.name);
    return response;
}

HttpResponse change_account(const ApiSources& sources, const ApiCall& call) {
    auto found = sources.door->book().find(call.in_path("name"));
    if (!found) return machine_failed(found.error().message);
    if (!*found) return not_found();
    Account account = std::move(**found);
    const Account before = account;
    BodyReader body(call.body);
    take_members(body, sources, account);
    if (auto fault = body.finish()) return *fault;
    if (auto fault =
            noted(sources, call, "account.change", account.name, changes_between(before, account)))
        return *fault;
    const auto put = sources.door->book().put(account);
    if (!put) return machine_failed(put.error().message);
    if (!*put) return not_found();
    AccountBook& book = sources.door->book();
    if (account.password != before.password) {
        if (const auto ended = book.end_access_of(account.name); !ended)
            return machine_failed(ended.error().message);
    } else if (account.locked) {
        if (const auto ended = book.end_sessions_of(account.name); !ended)
            return machine_failed(ended.error().message);
    }
    return json_response(account_json(account));
}

HttpResponse erase_account(const ApiSources& sources, const ApiCall& call) {
    const std::string& name = call.in_path("name");
    if (name == call.caller.name())
        return problem(409, "yourself", "another operator must erase this account");
    const auto found = sources.door->book().find(name);
    if (!found) return machine_failed(found.error().message);
    if (!*found) return not_found();
    if (auto fault = noted(sources, call, "account.erase", name)) return *fault;
    const auto gone = sources.door->book().erase(name);
    if (!gone) return machine_failed(gone.error().message);
    HttpResponse response;
    response.status = 204;
    return response;
}

}  // namespace

std::vector<ApiRoute> account_routes(const ApiSources& sources) {
    constexpr AccessRight kRight = AccessRight::manage_accounts;
    const auto with = [&sources](HttpResponse (*answer)(const ApiSources&, const ApiCall&)) {
        return [&sources, answer](const ApiCall& call) { return answer(sources, call); };
    };
    return {
        {"GET", "/api/v1/accounts", kRight, {}, with(list_accounts)},
        {"POST", "/api/v1/accounts", kRight, {}, with(add_account)},
        {"GET", "/api/v1/accounts/{name}", kRight, {}, with(show_account)},
        {"PATCH", "/api/v1/accounts/{name}", kRight, {}, with(change_account)},
        {"DELETE", "/api/v1/accounts/{name}", kRight, {}, with(erase_account)},
    };
}

}  // namespace fairfeed
