#include "gateway/accounts/account.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace fairfeed {
namespace {

constexpr std::size_t kMaxName = 64;
constexpr std::size_t kMinPassword = 10;
constexpr std::size_t kMaxPassword = 1024;

constexpr std::array kRoles = {AccountRole::customer, AccountRole::inspector, AccountRole::officer,
                               AccountRole::grid_operator};
constexpr std::array kScopes = {TokenScope::read, TokenScope::drafts, TokenScope::accounts};

template <class Enum, std::size_t N>
std::optional<Enum> named(const std::array<Enum, N>& all, std::string_view word) {
    const auto found =
        std::find_if(all.begin(), all.end(), [&](Enum each) { return to_string(each) == word; });
    return found == all.end() ? std::nullopt : std::optional(*found);
}

// "2 meters (m-1 m-2)" that the one has and the other has not; empty: none.
std::string meters_beyond(const Account& one, const Account& other) {
    std::vector<std::string> meters;
    std::set_difference(one.meters.begin(), one.meters.end(), other.meters.begin(),
                        other.meters.end(), std::back_inserter(meters));
    if (meters.empty()) return "";
    std::string text =
        std::to_string(meters.size()) + (meters.size() == 1 ? " meter (" : " meters (");
    for (const std::string& meter : meters)
        text += (text.ends_with('(') ? "" : " ") + meter;
    return text + ")";
}

}  // namespace

std::string_view to_string(AccountRole role) {
    switch (role) {
        case AccountRole::customer:
            return "customer";
        case AccountRole::inspector:
            return "inspector";
        case AccountRole::officer:
            return "officer";
        case AccountRole::grid_operator:
            break;
    }
    return "operator";
}

std::optional<AccountRole> account_role(std::string_view word) {
    return named(kRoles, word);
}

std::string_view to_string(TokenScope scope) {
    switch (scope) {
        case TokenScope::read:
            return "read";
        case TokenScope::drafts:
            return "drafts";
        case TokenScope::accounts:
            break;
    }
    return "accounts";
}

std::optional<TokenScope> token_scope(std::string_view word) {
    return named(kScopes, word);
}

bool role_allows(AccountRole role, AccessRight right) {
    const bool is_staff = role != AccountRole::customer;
    switch (right) {
        case AccessRight::read_public:
        case AccessRight::read_own:
        case AccessRight::applications:
            return true;
        case AccessRight::read_meters:
        case AccessRight::work_orders:
            return is_staff;
        case AccessRight::read_money:
            return role == AccountRole::officer;
        case AccessRight::read_drafts:
            return role == AccountRole::officer || role == AccountRole::grid_operator;
        case AccessRight::change_drafts:
            return role == AccountRole::officer;
        case AccessRight::read_audit:
            return role == AccountRole::officer || role == AccountRole::grid_operator;
        case AccessRight::manage_accounts:
            return role == AccountRole::grid_operator;
    }
    return false;
}

bool scope_allows(TokenScope scope, AccessRight right) {
    switch (right) {
        case AccessRight::change_drafts:
        case AccessRight::work_orders:
        case AccessRight::applications:
            return scope == TokenScope::drafts;
        case AccessRight::manage_accounts:
            return scope == TokenScope::accounts;
        case AccessRight::read_public:
        case AccessRight::read_own:
        case AccessRight::read_meters:
        case AccessRight::read_money:
        case AccessRight::read_drafts:
        case AccessRight::read_audit:
            break;
    }
    return scope == TokenScope::read;
}

std::int64_t wait_after(std::uint32_t failures, const FailureRule& rule,
                        const AccessPolicy& policy) {
    if (failures <= rule.free) return 0;
    std::int64_t wait_ms = policy.first_wait_ms;
    for (std::uint32_t i = rule.free + 1; i < failures && wait_ms < policy.longest_wait_ms; ++i)
        wait_ms *= 2;
    return std::min(wait_ms, policy.longest_wait_ms);
}

// try_again_ms less the wait is the moment since when nothing was forgotten.
FailureCount after_failure(const FailureCount& count, std::int64_t now_ms, const FailureRule& rule,
                           const AccessPolicy& policy) {
    const std::int64_t since_ms = count.try_again_ms - wait_after(count.failures, rule, policy);
    const std::int64_t forgotten = std::max<std::int64_t>(now_ms - since_ms, 0) / rule.decay_ms;
    const bool begins_anew = forgotten >= count.failures;
    FailureCount after;
    after.failures = begins_anew ? 0 : count.failures - static_cast<std::uint32_t>(forgotten);
    if (after.failures < UINT32_MAX) ++after.failures;
    const std::int64_t wait_ms = wait_after(after.failures, rule, policy);
    after.try_again_ms = wait_ms > 0 || begins_anew
                             ? now_ms + wait_ms
                             : std::min(now_ms, since_ms + forgotten * rule.decay_ms);
    return after;
}

Account after_success(Account account) {
    account.failures = 0;
    account.try_again_ms = 0;
    return account;
}

std::string changes_between(const Account& before, const Account& after) {
    std::string text;
    const auto add = [&text](const std::string& part) {
        text += (text.empty() ? "" : ", ") + part;
    };
    if (before.role != after.role)
        add("role " + std::string(to_string(before.role)) + " to " +
            std::string(to_string(after.role)));
    if (before.locked != after.locked) add(after.locked ? "locked" : "unlocked");
    if (before.password != after.password) add("password changed");
    if (before.full_name != after.full_name) add("full name changed");
    if (before.contact != after.contact) add("contact changed");
    if (const auto gained = meters_beyond(after, before); !gained.empty()) add(gained + " added");
    if (const auto lost = meters_beyond(before, after); !lost.empty()) add(lost + " removed");
    return text;
}

bool is_alive(const AccountSession& session, std::int64_t now_ms, const AccessPolicy& policy) {
    return now_ms < session.created_ms + policy.absolute_ms &&
           now_ms < session.seen_ms + policy.idle_ms;
}

bool is_alive(const ApiToken& token, std::int64_t now_ms) {
    return now_ms < token.expires_ms;
}

std::optional<std::string> fault_of_account_name(std::string_view name) {
    const bool fits = !name.empty() && name.size() <= kMaxName &&
                      std::all_of(name.begin(), name.end(), [](char c) {
                          return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
                                 c == '-' || c == '_';
                      });
    if (fits) return std::nullopt;
    return "a log-in name has 1 to 64 of a-z, 0-9, '.', '-' and '_'";
}

std::optional<std::string> fault_of_password(std::string_view password, std::string_view name) {
    if (password.size() < kMinPassword) return "a password has at least 10 bytes";
    if (password.size() > kMaxPassword) return "a password has at most 1024 bytes";
    if (password == name) return "the password is the log-in name";
    return std::nullopt;
}

bool Caller::may(AccessRight right) const {
    if (!account || !role_allows(account->role, right)) return false;
    if (!token) return true;
    return std::any_of(token->scopes.begin(), token->scopes.end(),
                       [right](TokenScope scope) { return scope_allows(scope, right); });
}

bool Caller::owns(std::string_view meter) const {
    return account && std::binary_search(account->meters.begin(), account->meters.end(), meter);
}

}  // namespace fairfeed
