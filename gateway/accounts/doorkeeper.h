// The office's door: log-in by password, sessions by cookie, programs by token. Applies the rules
// of account.h to what the book holds. A wrong password is counted before it is looked at, so many
// at once are no way around the wait; an unknown name costs the same time and gets the same answers
// as a known one. What the office changes while a password is looked at holds: nobody gets in by
// what the account was before. log_in() takes a tenth of a second of a processor: call it on a
// worker. Any thread.
#pragma once

#include <mutex>
#include <string>
#include <string_view>

#include "core/crypto/password_hash.h"
#include "gateway/accounts/account_book.h"
#include "gateway/accounts/login_waits.h"

namespace fairfeed {

enum class LoginFault : std::uint8_t { wrong, wait, locked, machine };

struct LoginRefusal {
    LoginFault fault = LoginFault::wrong;
    std::int64_t wait_ms = 0;  // of `wait`
    std::string why;           // of `machine`
};

struct NewSession {
    std::string secret;  // what the cookie holds
    AccountSession session;
    Account account;
};

struct NewToken {
    std::string secret;  // shown once, stored nowhere
    ApiToken token;
};

class Doorkeeper {
  public:
    Doorkeeper(AccountBook& book, const AccessPolicy& policy, const ScryptCost& cost,
               RandomSource random);

    [[nodiscard]] Result<NewSession, LoginRefusal> log_in(const LoginTry& tried,
                                                          std::string_view password,
                                                          std::int64_t now_ms);
    // Nobody, if the secret fits no living session or token of an account that is not locked.
    [[nodiscard]] Result<Caller, IoError> by_session(std::string_view secret, std::int64_t now_ms);
    [[nodiscard]] Result<Caller, IoError> by_token(std::string_view secret, std::int64_t now_ms);
    [[nodiscard]] Result<void, IoError> log_out(const AccountSession& session);

    [[nodiscard]] Result<NewToken, IoError> issue(const std::string& account,
                                                  std::vector<TokenScope> scopes, std::string label,
                                                  std::int64_t now_ms, std::int64_t expires_ms);
    [[nodiscard]] std::string hash(std::string_view password) const;
    [[nodiscard]] AccountBook& book() { return book_; }

  private:
    // Whose name it is, after a failure was counted under it; nullopt: nobody's.
    [[nodiscard]] Result<std::optional<Account>, LoginRefusal> admit(const LoginTry& tried,
                                                                     std::int64_t now_ms);
    // `verified` is the hash that the password fits.
    [[nodiscard]] Result<NewSession, LoginRefusal> welcome(const LoginTry& tried,
                                                           const std::string& verified,
                                                           std::string_view password,
                                                           std::int64_t now_ms);
    [[nodiscard]] Result<NewSession, LoginRefusal> open_session(Account account,
                                                                std::int64_t now_ms);

    AccountBook& book_;
    AccessPolicy policy_;
    ScryptCost cost_;
    RandomSource random_;
    std::string nobodys_password_;
    std::mutex mutex_;
    LoginWaits waits_;
};

}  // namespace fairfeed
