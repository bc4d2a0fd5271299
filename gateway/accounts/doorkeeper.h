// The office's door: log-in by password, sessions by cookie, programs by token. Applies the rules
// of account.h to what the book holds. A wrong password is counted before it is looked at, so many
// at once are no way around the wait; an unknown name costs the same time and gets the same answers
// as a known one. log_in() takes a tenth of a second of a processor: call it on a worker. Any
// thread.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "core/crypto/password_hash.h"
#include "gateway/accounts/account_book.h"

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

    [[nodiscard]] Result<NewSession, LoginRefusal> log_in(const std::string& name,
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
    [[nodiscard]] Result<NewSession, LoginRefusal> welcome(Account account,
                                                           std::string_view password,
                                                           std::int64_t now_ms);
    [[nodiscard]] Account stranger(const std::string& name);
    [[nodiscard]] Result<void, IoError> count_failure(const Account& account, bool is_known);

    AccountBook& book_;
    AccessPolicy policy_;
    ScryptCost cost_;
    RandomSource random_;
    std::string nobodys_password_;
    std::mutex mutex_;
    std::map<std::string, Account> strangers_;  // names that are none, and their failures
};

}  // namespace fairfeed
