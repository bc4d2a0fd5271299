// People, for operators.
#include <algorithm>

#include "core/base/ids.h"
#include "gateway/accounts/account_json.h"
#include "gateway/api/api_route.h"

namespace fairfeed {
namespace {

// What a body changes; what it leaves out stays.
struct AccountPatch {
    std::optional<AccountRole> role;
    std::optional<std::vector<std::string>> meters;
    std::optional<std::string> full_name;
    std::optional<std::string> contact;
    std::optional<bool> locked;
    std::optional<std::string> password;  // its hash
};

std::optional<std::vector<std::string>> read_meters(BodyReader& body) {
    auto meters = body.optional_texts("meters");
    if (!meters) return std::nullopt;
    for (std::size_t i = 0; i < meters->size(); ++i)
        if (!is_valid_name((*meters)[i]))
            body.fail("meters/" + std::to_string(i), "is no name of a meter");
    std::sort(meters->begin(), meters->end());
    meters->erase(std::unique(meters->begin(), meters->end()), meters->end());
    return meters;
}

// What is wrong, the reader keeps. The password is hashed here, before anybody waits for it.
AccountPatch read_patch(BodyReader& body, const ApiSources& sources, const std::string& name) {
    AccountPatch patch;
    patch.role = body.optional_word("role", account_role, "customer, inspector, officer, operator");
    patch.meters = read_meters(body);
    patch.full_name = body.optional_text("full_name");
    patch.contact = body.optional_text("contact");
    patch.locked = body.optional_bool("locked");
    if (const auto password = body.optional_text("password", 1024)) {
        if (const auto fault = fault_of_password(*password, name)) {
            body.fail("password", *fault);
        } else {
            patch.password = sources.door->hash(*password);
        }
    }
    return patch;
}

Account patched(Account account, const AccountPatch& patch) {
    if (patch.role) account.role = *patch.role;
    if (patch.meters) account.meters = *patch.meters;
    if (patch.full_name) account.full_name = *patch.full_name;
    if (patch.contact) account.contact = *patch.contact;
    if (patch.locked) account.locked = *patch.locked;
    if (patch.password) {
        account.password = *patch.password;
        account = after_success(std::move(account));
    }
    return account;
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
    account = patched(std::move(account), read_patch(body, sources, account.name));
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
    const std::string& name = call.in_path("name");
    BodyReader body(call.body);
    const AccountPatch patch = read_patch(body, sources, name);
    if (auto fault = body.finish()) return *fault;
    std::optional<HttpResponse> answer;
    const auto changed =
        sources.door->book().edit(name, [&](const Account& before) -> std::optional<Account> {
            answer = changed_meanwhile(call, account_json(before));
            if (answer) return std::nullopt;
            Account after = patched(before, patch);
            answer = json_response(account_json(after));
            if (after == before) return std::nullopt;
            const std::string note = changes_between(before, after);
            auto fault = noted(sources, call, "account.change", name, note);
            if (!fault) return after;
            answer = std::move(fault);
            return std::nullopt;
        });
    if (!changed) return machine_failed(changed.error().message);
    return answer ? *answer : not_found();
}

HttpResponse erase_account(const ApiSources& sources, const ApiCall& call) {
    const std::string& name = call.in_path("name");
    if (name == call.caller.name())
        return problem(409, "yourself", "another operator must erase this account");
    const auto found = sources.door->book().find(name);
    if (!found) return machine_failed(found.error().message);
    if (!*found) return not_found();
    if (auto changed = changed_meanwhile(call, account_json(**found))) return *changed;
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
