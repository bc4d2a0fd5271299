// Who must wait before a password is looked at: wrong passwords are counted under a name from each
// place, and under the name from everywhere. Whoever got in from a place before waits there for the
// failures of that place alone, so that strangers elsewhere shut nobody out of their own home.
// Bounded: for a new count the one whose wait ended first is forgotten, and no other. Pure; one
// thread.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>

#include "gateway/accounts/account.h"

namespace fairfeed {

// A log-in: whose name was said, and from where (an address, or the /64 of one).
struct LoginTry {
    std::string name;
    std::string place;
    auto operator<=>(const LoginTry&) const = default;
};

class LoginWaits {
  public:
    explicit LoginWaits(const AccessPolicy& policy, std::size_t most = 4096)
        : policy_(policy), most_(most) {}

    // 0: now. `of_name` is what the account's book, or stranger(), counts under the name.
    [[nodiscard]] std::int64_t wait_ms(const LoginTry& tried, const FailureCount& of_name,
                                       std::int64_t now_ms) const;
    void fail(const LoginTry& tried, std::int64_t now_ms);
    void let_in(const LoginTry& tried, std::int64_t now_ms);

    // Names that no account has are counted here, so that they wait as those of accounts do.
    [[nodiscard]] FailureCount stranger(const std::string& name) const;
    void put_stranger(const std::string& name, const FailureCount& count);

  private:
    AccessPolicy policy_;
    std::size_t most_;
    std::map<LoginTry, FailureCount> failed_;
    std::map<LoginTry, std::int64_t> familiar_;  // when they last got in
    std::map<std::string, FailureCount> strangers_;
};

}  // namespace fairfeed
