#include "gateway/accounts/doorkeeper.h"

#include "core/crypto/digest.h"

namespace fairfeed {
namespace {

constexpr std::string_view kTokenBegin = "fft_";
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
    : book_(book), policy_(policy), cost_(cost), random_(std::move(random)), waits_(policy) {
    nobodys_password_ = hash(new_secret(random_));
}

std::string Doorkeeper::hash(std::string_view password) const {
    return hash_password(password, cost_, random_);
}

Result<std::optional<Account>, LoginRefusal> Doorkeeper::admit(const LoginTry& tried,
                                                               std::int64_t now_ms) {
    const std::lock_guard alone(mutex_);
    Result<std::optional<Account>, IoError> found = std::optional<Account>();
    if (!tried.name.empty()) found = book_.find(tried.name);
    if (!found) return unexpected(machine(found.error()));
    const FailureCount of_name = *found ? FailureCount{(*found)->failures, (*found)->try_again_ms}
                                        : waits_.stranger(tried.name);
    const std::int64_t wait_ms = waits_.wait_ms(tried, of_name, now_ms);
    if (wait_ms > 0) return unexpected(LoginRefusal{LoginFault::wait, wait_ms, ""});
    waits_.fail(tried, now_ms);
    const FailureCount counted = after_failure(of_name, now_ms, policy_.of_name, policy_);
    if (!*found) {
        waits_.put_stranger(tried.name, counted);
        return std::optional<Account>();
    }
    (*found)->failures = counted.failures;
    (*found)->try_again_ms = counted.try_again_ms;
    if (const auto put = book_.put_failures(**found); !put) return unexpected(machine(put.error()));
    return std::move(*found);
}

Result<NewSession, LoginRefusal> Doorkeeper::log_in(const LoginTry& tried,
                                                    std::string_view password,
                                                    std::int64_t now_ms) {
    LoginTry counted = tried;
    if (fault_of_account_name(tried.name)) counted.name.clear();
    const auto account = admit(counted, now_ms);
    if (!account) return unexpected(account.error());
    const bool has_password = *account && !(*account)->password.empty();
    const std::string& hash = has_password ? (*account)->password : nobodys_password_;
    const bool fits = is_password(password, hash);
    if (!fits || !has_password) return unexpected(LoginRefusal{});
    return welcome(counted, hash, password, now_ms);
}

Result<NewSession, LoginRefusal> Doorkeeper::welcome(const LoginTry& tried,
                                                     const std::string& verified,
                                                     std::string_view password,
                                                     std::int64_t now_ms) {
    auto found = book_.find(tried.name);  // as it is now: a password takes long
    if (!found) return unexpected(machine(found.error()));
    if (!*found || (*found)->password != verified) return unexpected(LoginRefusal{});
    Account account = after_success(std::move(**found));
    if (has_other_cost(verified, cost_)) {
        const std::string anew = hash(password);
        const auto put = book_.put_password(account.name, verified, anew);
        if (!put) return unexpected(machine(put.error()));
        if (!*put) return unexpected(LoginRefusal{});
        account.password = anew;
    }
    if (const auto put = book_.put_failures(account); !put) return unexpected(machine(put.error()));
    if (account.locked) return unexpected(LoginRefusal{LoginFault::locked, 0, ""});
    auto made = open_session(std::move(account), now_ms);
    if (!made) return made;
    const std::lock_guard alone(mutex_);
    waits_.let_in(tried, now_ms);
    return made;
}

Result<NewSession, LoginRefusal> Doorkeeper::open_session(Account account, std::int64_t now_ms) {
    if (const auto swept = book_.sweep(now_ms, policy_); !swept)
        return unexpected(machine(swept.error()));
    NewSession made;
    made.secret = new_secret(random_);
    made.session = {sha256(as_bytes(made.secret)), account.name, new_secret(random_), now_ms,
                    now_ms};
    const auto added = book_.add(made.session, account.password);
    if (!added) return unexpected(machine(added.error()));
    if (!*added) return unexpected(LoginRefusal{});
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
