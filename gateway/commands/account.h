// `gateway account`: people of the office and its customers, from the console. Every change stands
// in the audit log before it is made. Passwords come from a prompt or standard input, never from
// the command line, which other users of the machine can read.
#pragma once

#include <filesystem>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "gateway/commands/console.h"

namespace fairfeed {

enum class AccountAction { add, list, role, bind, reset, lock, unlock, token, revoke, erase };

struct AccountOptions {
    AccountAction action = AccountAction::list;
    std::filesystem::path config;
    std::string name;
    std::string role;                 // of add, role
    std::vector<std::string> meters;  // of add, bind: replaces what was bound
    std::string full_name;            // of add
    std::string contact;              // of add
    bool no_password = false;         // of add: for programs, which have tokens
    std::vector<std::string> scopes;  // of token
    std::string label;                // of token
    std::int64_t days = 90;           // of token
    std::string token;                // of revoke: its id
    bool json = false;
};

// 0: done. 1: the machine failed. 2: wrong input; nothing was changed.
[[nodiscard]] int run_account(const AccountOptions& options, const PasswordSource& password,
                              std::ostream& out, std::ostream& err);

}  // namespace fairfeed
