// Accounts and tokens as JSON: the same names from the commands' --json and from the API. Secrets
// and their hashes are left out. Pure.
#pragma once

#include "core/io/json.h"
#include "gateway/accounts/account.h"

namespace fairfeed {

[[nodiscard]] Json account_json(const Account& account);
[[nodiscard]] Json token_json(const ApiToken& token);

}  // namespace fairfeed
