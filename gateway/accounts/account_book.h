// The accounts' database (SQLite): people, the meters they are bound to, sessions and tokens. It is
// apart from the read model, which is made again from the chain; this is not on the chain. Secrets
// are hashes. What is deleted is overwritten. Several processes may use it (the service and the
// commands). Any thread.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/io/io_error.h"
#include "core/io/sqlite.h"
#include "gateway/accounts/account.h"

namespace fairfeed {

class AccountBook {
  public:
    // Creates the file (mode 0600) if there is none.
    [[nodiscard]] static Result<std::unique_ptr<AccountBook>, IoError> open(
        const std::filesystem::path& file);

    [[nodiscard]] Result<std::optional<Account>, IoError> find(std::string_view name);
    [[nodiscard]] Result<std::vector<Account>, IoError> all();  // by name
    // false: there is one of that name.
    [[nodiscard]] Result<bool, IoError> add(const Account& account);
    // Hands the account of that name over to be changed, and writes what comes back, with its
    // meters, while nobody else writes: what another program changed before is not lost. nullopt
    // from `changed`: all stays as it is. A locked account loses its sessions, one with a new
    // password its sessions and tokens. false: there is none, or it stays.
    using AccountEdit = std::function<std::optional<Account>(const Account&)>;
    [[nodiscard]] Result<bool, IoError> edit(std::string_view name, const AccountEdit& changed);
    // Writes the same password's hash of another cost. false: it has another one than `old` by now.
    [[nodiscard]] Result<bool, IoError> put_password(std::string_view name, std::string_view old,
                                                     std::string_view anew);
    // Counts a wrong password, or forgets the wrong ones, whatever else changed meanwhile.
    [[nodiscard]] Result<void, IoError> put_failures(const Account& account);
    // Removes the person, sessions and tokens. false: there is none.
    [[nodiscard]] Result<bool, IoError> erase(std::string_view name);

    // false: the account has another password than that one by now, or is locked.
    [[nodiscard]] Result<bool, IoError> add(const AccountSession& session,
                                            std::string_view password);
    [[nodiscard]] Result<std::optional<AccountSession>, IoError> session(const Digest& id);
    [[nodiscard]] Result<void, IoError> see(const Digest& id, std::int64_t now_ms);
    [[nodiscard]] Result<void, IoError> end(const Digest& id);
    // Removes what is not alive any more.
    [[nodiscard]] Result<void, IoError> sweep(std::int64_t now_ms, const AccessPolicy& policy);

    [[nodiscard]] Result<void, IoError> add(const ApiToken& token);
    [[nodiscard]] Result<std::optional<ApiToken>, IoError> token(const Digest& hash);
    [[nodiscard]] Result<std::vector<ApiToken>, IoError> tokens_of(std::string_view account);
    // false: the account has none of that id.
    [[nodiscard]] Result<bool, IoError> revoke(std::string_view account, std::string_view id);

  private:
    explicit AccountBook(Database database) : database_(std::move(database)) {}
    [[nodiscard]] Result<std::vector<Account>, IoError> accounts(std::string_view where,
                                                                 std::string_view name);
    [[nodiscard]] Result<std::vector<ApiToken>, IoError> tokens(Statement& found);
    [[nodiscard]] Result<void, IoError> write_meters(const Account& account);
    [[nodiscard]] Result<void, IoError> write(const Account& account);
    [[nodiscard]] Result<void, IoError> end_access(const Account& before, const Account& account);
    template <class... Values>
    [[nodiscard]] Result<bool, IoError> change(std::string_view sql, const Values&... values);

    std::mutex mutex_;
    Database database_;
};

}  // namespace fairfeed
