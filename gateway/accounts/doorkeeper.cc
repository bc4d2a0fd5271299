#include "gateway/accounts/doorkeeper.h"

#include "core/crypto/digest.h"

namespace fairfeed {
namespace {

constexpr std::string_view kTokenBegin = "fft_";
constexpr std::size_t kMaxStrangers = 4096;
constexpr std::size_t kMaxSecret = 128;
constexpr std::size_t kIdDigits = 8;

std::string new_secret(const RandomSource& random) {
    return to_hex(random_fixed<Digest>(random).view());
}

LoginRefusal machine(const IoError& error) {
    return {LoginFault::machine, 0, error.message};
}

}  // namespace

Doorkeeper::Doorkeeper(AccountBook& book, const AccessPolicy& policy, const ScryptCost& cost,
                       RandomSource random)
    : book_(book), policy_(policy), cost_(cost), random_(std::move(random)) {
    nobodys_password_ = hash(new_secret(random_));
}

std::string Doorkeeper::hash(std::string_view password) const {
    return hash_password(password, cost_, random_);
}

Account Doorkeeper::stranger(const std::string& name) {
    const std::lock_guard alone(mutex_);
    const auto known = strangers_.find(name);
    if (known != strangers_.end()) return known->second;
    Account account;
    account.name = name;
    return account;
}

Result<void, IoError> Doorkeeper::count_failure(const Account& account, bool is_known) {
    if (is_known) return book_.put_failures(account);
    const std::lock_guard alone(mutex_);
    if (strangers_.size() >= kMaxStrangers) strangers_.clear();
    strangers_[account.name] = account;
    return {};
}

Result<NewSession, LoginRefusal> Doorkeeper::log_in(const std::string& name,
                                                    std::string_view password,
                                                    std::int64_t now_ms) {
    const bool is_name = !fault_of_account_name(name);
    const auto found = is_name ? book_.find(name) : std::optional<Account>();
    if (!found) return unexpected(machine(found.error()));
    const bool is_known = found->has_value();
    const Account account = is_known ? **found : stranger(is_name ? name : "");
    if (now_ms < account.try_again_ms)
        return unexpected(LoginRefusal{LoginFault::wait, account.try_again_ms - now_ms, ""});
    const auto counted = count_failure(after_failure(account, now_ms, policy_), is_known);
    if (!counted) return unexpected(machine(counted.error()));
    const bool has_password = is_known && !account.password.empty();
    const bool fits = is_password(password, has_password ? account.password : nobodys_password_);
    if (!fits || !has_password) return unexpected(LoginRefusal{});
    return welcome(account, password, now_ms);
}

Result<NewSession, LoginRefusal> Doorkeeper::welcome(Account account, std::string_view password,
                                                     std::int64_t now_ms) {
    account = after_success(std::move(account));
    if (has_other_cost(account.password, cost_)) {
        account.password = hash(password);
        if (const auto put = book_.put(account); !put) return unexpected(machine(put.error()));
    }
    if (const auto put = book_.put_failures(account); !put) return unexpected(machine(put.error()));
    if (account.locked) return unexpected(LoginRefusal{LoginFault::locked, 0, ""});
    if (const auto swept = book_.sweep(now_ms, policy_); !swept)
        return unexpected(machine(swept.error()));
    NewSession made;
    made.secret = new_secret(random_);
    made.session = {sha256(as_bytes(made.secret)), account.name, new_secret(random_), now_ms,
                    now_ms};
    if (const auto added = book_.add(made.session); !added)
        return unexpected(machine(added.error()));
    made.account = std::move(account);
    return made;
}

Result<Caller, IoError> Doorkeeper::by_session(std::string_view secret, std::int64_t now_ms) {
    if (secret.size() > kMaxSecret) return Caller();
    auto session = book_.session(sha256(as_bytes(secret)));
    if (!session) return unexpected(session.error());
    if (!*session || !is_alive(**session, now_ms, policy_)) return Caller();
    auto account = book_.find((*session)->account);
    if (!account) return unexpected(account.error());
    if (!*account || (*account)->locked) return Caller();
    if (now_ms - (*session)->seen_ms >= policy_.seen_step_ms) {
        if (const auto seen = book_.see((*session)->id, now_ms); !seen)
            return unexpected(seen.error());
        (*session)->seen_ms = now_ms;
    }
    Caller caller;
    caller.account = std::move(*account);
    caller.session = std::move(*session);
    return caller;
}

Result<Caller, IoError> Doorkeeper::by_token(std::string_view secret, std::int64_t now_ms) {
    if (secret.size() > kMaxSecret || !secret.starts_with(kTokenBegin)) return Caller();
    auto token = book_.token(sha256(as_bytes(secret)));
    if (!token) return unexpected(token.error());
    if (!*token || !is_alive(**token, now_ms)) return Caller();
    auto account = book_.find((*token)->account);
    if (!account) return unexpected(account.error());
    if (!*account || (*account)->locked) return Caller();
    Caller caller;
    caller.account = std::move(*account);
    caller.token = std::move(*token);
    return caller;
}

Result<void, IoError> Doorkeeper::log_out(const AccountSession& session) {
    return book_.end(session.id);
}

Result<NewToken, IoError> Doorkeeper::issue(const std::string& account,
                                            std::vector<TokenScope> scopes, std::string label,
                                            std::int64_t now_ms, std::int64_t expires_ms) {
    NewToken made;
    made.secret = std::string(kTokenBegin) + new_secret(random_);
    const Digest hash = sha256(as_bytes(made.secret));
    made.token = {to_hex(hash.view()).substr(0, kIdDigits),
                  hash,
                  account,
                  std::move(scopes),
                  std::move(label),
                  now_ms,
                  expires_ms};
    if (const auto added = book_.add(made.token); !added) return unexpected(added.error());
    return made;
}

}  // namespace fairfeed
