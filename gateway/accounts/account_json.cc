#include "gateway/accounts/account_json.h"

#include "core/io/json_texts.h"

namespace fairfeed {

Json account_json(const Account& account) {
    return Json::object()
        .set("name", account.name)
        .set("role", to_string(account.role))
        .set("meters", texts_json(account.meters))
        .set("full_name", account.full_name)
        .set("contact", account.contact)
        .set("has_password", !account.password.empty())
        .set("locked", account.locked)
        .set("created_ms", account.created_ms);
}

Json token_json(const ApiToken& token) {
    Json scopes = Json::array();
    for (const TokenScope scope : token.scopes)
        scopes.push(to_string(scope));
    return Json::object()
        .set("id", token.id)
        .set("scopes", std::move(scopes))
        .set("label", token.label)
        .set("created_ms", token.created_ms)
        .set("expires_ms", token.expires_ms);
}

}  // namespace fairfeed
