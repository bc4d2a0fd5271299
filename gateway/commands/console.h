// The person at the console: who it is for the audit log, and a password without it being seen.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace fairfeed {

// "console:root": the system's account.
[[nodiscard]] std::string console_user();

// Error: one line, why there is none.
using PasswordSource = std::function<Result<std::string, std::string>(std::string_view prompt)>;

// On a terminal: asks twice, without an echo. Else the first line of standard input.
[[nodiscard]] PasswordSource console_password();

}  // namespace fairfeed
