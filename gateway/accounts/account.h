// People of the office and its customers: accounts, the sessions of their browsers, the tokens of
// their programs, and who may do what. Plain values and rules of (what is known, now). Nothing here
// ever stands on the chain. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"

namespace fairfeed {

enum class AccountRole : std::uint8_t { customer, inspector, officer, grid_operator };

[[nodiscard]] std::string_view to_string(AccountRole role);  // "operator" for grid_operator
[[nodiscard]] std::optional<AccountRole> account_role(std::string_view word);

// What a caller wants to do. Reading what everybody on the chain may know asks for `read_public`.
enum class AccessRight : std::uint8_t {
    read_public,      // blocks, totals, tariffs, committees, forecasts
    read_own,         // what belongs to the caller's meters
    read_meters,      // every meter's registration, capacity and alarms
    read_money,       // every meter's readings, shares and bills
    read_drafts,      // drafts, and who signed
    change_drafts,    // new ones, approvals, withdrawals, submissions
    work_orders,      // the steps of work orders
    applications,     // applications and codes; whose and which steps, the role says
    read_audit,       // the audit log, the metrics
    manage_accounts,  // accounts, roles, meters, tokens of others
};
[[nodiscard]] bool role_allows(AccountRole role, AccessRight right);

// What a token may be used for, beside what its owner's role allows.
enum class TokenScope : std::uint8_t { read, drafts, accounts };
[[nodiscard]] std::string_view to_string(TokenScope scope);
[[nodiscard]] std::optional<TokenScope> token_scope(std::string_view word);
[[nodiscard]] bool scope_allows(TokenScope scope, AccessRight right);

struct Account {
    std::string name{};
    AccountRole role = AccountRole::customer;
    std::string password{};             // a PHC string; empty: no log-in with a password
    std::vector<std::string> meters{};  // ascending
    std::string full_name{};            // personal, as the next one
    std::string contact{};
    bool locked = false;  // by an operator
    // Wrong passwords from anywhere since the last right one, as FailureCount counts them.
    std::uint32_t failures = 0;
    std::int64_t try_again_ms = 0;
    std::int64_t created_ms = 0;
    bool operator==(const Account&) const = default;
};

struct AccountSession {
    Digest id;  // SHA-256 of what the cookie holds
    std::string account;
    std::string csrf;  // what the header X-CSRF-Token must repeat
    std::int64_t created_ms = 0;
    std::int64_t seen_ms = 0;
    bool operator==(const AccountSession&) const = default;
};

struct ApiToken {
    std::string id;  // public: eight hex digits of the hash
    Digest hash;     // SHA-256 of the token
    std::string account;
    std::vector<TokenScope> scopes;
    std::string label;
    std::int64_t created_ms = 0;
    std::int64_t expires_ms = 0;
    bool operator==(const ApiToken&) const = default;
};

// How wrong passwords make the next one wait.
struct FailureRule {
    std::uint32_t free = 4;                             // without a wait
    std::int64_t decay_ms = std::int64_t{10} * 60'000;  // after this long one of them is forgotten
};

struct FailureCount {
    std::uint32_t failures = 0;
    std::int64_t try_again_ms = 0;  // no password is looked at before
    bool operator==(const FailureCount&) const = default;
};

struct AccessPolicy {
    FailureRule of_place;  // under one name from one address, or from its /64
    // Under one name from everywhere: far more, because anybody can bring these about.
    FailureRule of_name{100, 60'000};
    std::int64_t first_wait_ms = 2'000;
    std::int64_t longest_wait_ms = std::int64_t{15} * 60'000;
    std::int64_t idle_ms = std::int64_t{30} * 60'000;
    std::int64_t absolute_ms = std::int64_t{12} * 3'600'000;
    // A session's last use is noted this often, because each note is a write to the disk.
    std::int64_t seen_step_ms = 60'000;
};

// From the first failure beyond the free ones on each doubles the wait.
[[nodiscard]] std::int64_t wait_after(std::uint32_t failures, const FailureRule& rule,
                                      const AccessPolicy& policy);
[[nodiscard]] FailureCount after_failure(const FailureCount& count, std::int64_t now_ms,
                                         const FailureRule& rule, const AccessPolicy& policy);
[[nodiscard]] Account after_success(Account account);
// What an officer changed, for the audit log: "locked, contact changed, 1 meter (m-7) added". Names
// meters and roles, and nothing personal. Empty: nothing that an officer changes.
[[nodiscard]] std::string changes_between(const Account& before, const Account& after);
[[nodiscard]] bool is_alive(const AccountSession& session, std::int64_t now_ms,
                            const AccessPolicy& policy);
[[nodiscard]] bool is_alive(const ApiToken& token, std::int64_t now_ms);

// Why it cannot be a log-in name: 1 to 64 of a-z, 0-9, '.', '-', '_'; nullopt: it can.
[[nodiscard]] std::optional<std::string> fault_of_account_name(std::string_view name);
// Why it is no password to be trusted: 10 to 1024 bytes, and not the name.
[[nodiscard]] std::optional<std::string> fault_of_password(std::string_view password,
                                                           std::string_view name);

// Whom a request comes from. Without an account: nobody, who may log in and nothing else.
struct Caller {
    std::optional<Account> account;
    std::optional<AccountSession> session;  // by cookie
    std::optional<ApiToken> token;          // by header
    std::string address;

    [[nodiscard]] bool may(AccessRight right) const;
    [[nodiscard]] bool owns(std::string_view meter) const;
    [[nodiscard]] std::string name() const { return account ? account->name : "nobody"; }
};

}  // namespace fairfeed
