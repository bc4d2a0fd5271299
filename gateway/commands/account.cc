#include "gateway/commands/account.h"

#include <algorithm>

#include "core/base/ids.h"
#include "core/base/utc_text.h"
#include "core/io/clock.h"
#include "core/io/json.h"
#include "gateway/accounts/account_json.h"
#include "gateway/accounts/doorkeeper.h"
#include "gateway/audit/audit_log.h"
#include "gateway/commands/office_files.h"
#include "gateway/config/gateway_files.h"

namespace fairfeed {
namespace {

constexpr int kDone = 0;
constexpr int kMachineFailed = 1;
constexpr int kWrongInput = 2;
constexpr std::int64_t kDayMs = 86'400'000;

struct Failure {
    int status = kWrongInput;
    std::string line;
};
using Changed = Result<Json, Failure>;

Unexpected<Failure> wrong(std::string line) {
    return unexpected(Failure{kWrongInput, std::move(line)});
}
Unexpected<Failure> machine(const IoError& error) {
    return unexpected(Failure{kMachineFailed, error.message});
}

// How often a wrong password was said is for the console alone.
Json to_json(const Account& account) {
    return account_json(account).set("failures", account.failures);
}

std::string joined(const std::vector<std::string>& parts) {
    std::string text;
    for (const std::string& part : parts)
        text += (text.empty() ? "" : ", ") + part;
    return text;
}

class AccountDesk {
  public:
    AccountDesk(const AccountOptions& options, AccountBook& book, AuditLog& audit,
                const PasswordSource& password, std::int64_t now_ms)
        : options_(options),
          book_(book),
          audit_(audit),
          password_(password),
          now_ms_(now_ms),
          door_(book, {}, {}, system_random()) {}

    [[nodiscard]] Changed run() {
        if (options_.action == AccountAction::list) return list();
        if (options_.action == AccountAction::add) return add();
        auto found = book_.find(options_.name);
        if (!found) return machine(found.error());
        if (!*found)
            return wrong("no account '" + options_.name + "': `gateway account list` shows all");
        switch (options_.action) {
            case AccountAction::role:
                return change_role();
            case AccountAction::bind:
                return bind();
            case AccountAction::reset:
                return reset();
            case AccountAction::lock:
            case AccountAction::unlock:
                return lock();
            case AccountAction::token:
                return issue();
            case AccountAction::revoke:
                return revoke();
            case AccountAction::erase:
                return erase();
            case AccountAction::add:
            case AccountAction::list:
                break;
        }
        return Json();
    }

  private:
    [[nodiscard]] Result<void, Failure> note(std::string what, std::string about) {
        const auto noted = audit_.append(
            {now_ms_, console_user(), std::move(what), "console", options_.name, {}, about});
        if (!noted) return machine(noted.error());
        return {};
    }

    [[nodiscard]] Result<std::string, Failure> new_password() {
        const auto given = password_("password for " + options_.name);
        if (!given) return wrong(given.error());
        if (const auto fault = fault_of_password(*given, options_.name)) return wrong(*fault);
        return door_.hash(*given);
    }

    [[nodiscard]] Result<std::vector<std::string>, Failure> meters() const {
        std::vector<std::string> sorted = options_.meters;
        for (const std::string& meter : sorted)
            if (!is_valid_name(meter)) return wrong("'" + meter + "' is no name of a meter");
        std::sort(sorted.begin(), sorted.end());
        sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
        return sorted;
    }

    [[nodiscard]] Changed list() {
        const auto all = book_.all();
        if (!all) return machine(all.error());
        Json accounts = Json::array();
        for (const Account& each : *all) {
            const auto tokens = book_.tokens_of(each.name);
            if (!tokens) return machine(tokens.error());
            Json theirs = Json::array();
            for (const ApiToken& token : *tokens)
                theirs.push(token_json(token));
            accounts.push(to_json(each).set("tokens", std::move(theirs)));
        }
        return Json::object().set("accounts", std::move(accounts));
    }

    [[nodiscard]] Changed add() {
        if (const auto fault = fault_of_account_name(options_.name)) return wrong(*fault);
        Account account{.name = options_.name, .created_ms = now_ms_};
        const auto role = account_role(options_.role);
        if (!role)
            return wrong("'" + options_.role +
                         "' is no role: one of customer, inspector, officer, operator");
        account.role = *role;
        auto bound = meters();
        if (!bound) return unexpected(bound.error());
        account.meters = std::move(*bound);
        account.full_name = options_.full_name;
        account.contact = options_.contact;
        if (!options_.no_password) {
            auto hash = new_password();
            if (!hash) return unexpected(hash.error());
            account.password = std::move(*hash);
        }
        const std::string more =
            changes_between({.name = account.name, .role = account.role}, account);
        if (const auto noted =
                note("account.add", "role " + options_.role + (more.empty() ? "" : ", ") + more);
            !noted)
            return unexpected(noted.error());
        const auto added = book_.add(account);
        if (!added) return machine(added.error());
        if (!*added) return wrong("there is an account '" + options_.name + "' already");
        return to_json(account);
    }

    // Changes the account as it is by then, with its act in the audit log before.
    template <class Change>
    [[nodiscard]] Changed change(const std::string& what, const Change& made) {
        std::optional<Account> after;
        std::optional<Failure> fault;
        const auto changed =
            book_.edit(options_.name, [&](const Account& before) -> std::optional<Account> {
                Account account = before;
                made(account);
                if (auto noted = note(what, changes_between(before, account)); !noted) {
                    fault = noted.error();
                    return std::nullopt;
                }
                after = std::move(account);
                return after;
            });
        if (fault) return unexpected(std::move(*fault));
        if (!changed) return machine(changed.error());
        if (!*changed) return wrong("the account '" + options_.name + "' was erased meanwhile");
        return to_json(*after);
    }

    [[nodiscard]] Changed change_role() {
        const auto role = account_role(options_.role);
        if (!role)
            return wrong("'" + options_.role +
                         "' is no role: one of customer, inspector, officer, operator");
        return change("account.role", [&](Account& account) { account.role = *role; });
    }

    [[nodiscard]] Changed lock() {
        const bool locks = options_.action == AccountAction::lock;
        return change(locks ? "account.lock" : "account.unlock", [&](Account& account) {
            account.locked = locks;
            account = after_success(std::move(account));
        });
    }

    [[nodiscard]] Changed bind() {
        const auto bound = meters();
        if (!bound) return unexpected(bound.error());
        return change("account.bind", [&](Account& account) { account.meters = *bound; });
    }

    [[nodiscard]] Changed reset() {
        const auto hash = new_password();
        if (!hash) return unexpected(hash.error());
        return change("account.reset", [&](Account& account) {
            account.password = *hash;
            account = after_success(std::move(account));
        });
    }

    [[nodiscard]] Changed issue() {
        std::vector<TokenScope> scopes;
        for (const std::string& word : options_.scopes) {
            const auto scope = token_scope(word);
            if (!scope) return wrong("'" + word + "' is no scope: one of read, drafts, accounts");
            scopes.push_back(*scope);
        }
        if (const auto noted = note("token.issue", joined(options_.scopes)); !noted)
            return unexpected(noted.error());
        const auto made = door_.issue(options_.name, std::move(scopes), options_.label, now_ms_,
                                      now_ms_ + options_.days * kDayMs);
        if (!made) return machine(made.error());
        return token_json(made->token).set("token", made->secret);
    }

    [[nodiscard]] Changed revoke() {
        if (const auto noted = note("token.revoke", options_.token); !noted)
            return unexpected(noted.error());
        const auto gone = book_.revoke(options_.name, options_.token);
        if (!gone) return machine(gone.error());
        if (!*gone)
            return wrong(options_.name + " has no token '" + options_.token +
                         "': `gateway account list` shows their ids");
        return Json::object().set("id", options_.token).set("revoked", true);
    }

    [[nodiscard]] Changed erase() {
        if (const auto noted = note("account.erase", ""); !noted) return unexpected(noted.error());
        const auto gone = book_.erase(options_.name);
        if (!gone) return machine(gone.error());
        return Json::object().set("name", options_.name).set("erased", *gone);
    }

    const AccountOptions& options_;
    AccountBook& book_;
    AuditLog& audit_;
    const PasswordSource& password_;
    std::int64_t now_ms_;
    Doorkeeper door_;
};

void print_account(const Json& account, std::ostream& out) {
    out << *account.at("name").as_text() << "  " << *account.at("role").as_text();
    if (*account.at("locked").as_bool()) out << "  locked";
    if (!*account.at("has_password").as_bool()) out << "  without a password";
    for (const Json& meter : *account.at("meters").as_array())
        out << "  " << *meter.as_text();
    out << '\n';
    if (const Json* tokens = account.find("tokens"))
        for (const Json& token : *tokens->as_array())
            out << "  token " << *token.at("id").as_text() << " '" << *token.at("label").as_text()
                << "' until " << utc_text(*token.at("expires_ms").as_int() / 1000) << '\n';
}

void print_page(const Json& result, std::ostream& out) {
    if (const Json* accounts = result.find("accounts")) {
        for (const Json& account : *accounts->as_array())
            print_account(account, out);
        if (accounts->as_array()->empty()) out << "no account yet: gateway account add\n";
    } else if (const Json* token = result.find("token")) {
        out << *token->as_text() << '\n'
            << "This token is shown once. It ends on "
            << utc_text(*result.at("expires_ms").as_int() / 1000) << " UTC.\n";
    } else if (result.find("revoked") != nullptr) {
        out << "Token " << *result.at("id").as_text() << " opens nothing any more.\n";
    } else if (result.find("erased") != nullptr) {
        out << *result.at("name").as_text() << " is erased. The audit log keeps the log-in name.\n";
    } else {
        print_account(result, out);
    }
}

Changed changed_by(const AccountOptions& options, const GatewayConfig& config,
                   const PasswordSource& password) {
    const auto genesis = load_genesis_file(config.genesis);
    if (!genesis) return wrong(genesis.error());
    const std::int64_t now_ms = Clock().now().real_ms;
    const auto audit = AuditLog::open(config.audit, genesis->network, now_ms);
    if (!audit) return machine(audit.error());
    const auto book = AccountBook::open(config.accounts);
    if (!book) return machine(book.error());
    return AccountDesk(options, **book, **audit, password, now_ms).run();
}

}  // namespace

int run_account(const AccountOptions& options, const PasswordSource& password, std::ostream& out,
                std::ostream& err) {
    const auto config = load_gateway_config(options.config);
    if (!config) {
        for (const std::string& line : config.error())
            err << line << '\n';
        return kWrongInput;
    }
    const auto result = changed_by(options, *config, password);
    if (!result) {
        err << result.error().line << '\n';
        return result.error().status;
    }
    if (options.json) {
        out << result->dump(2) << '\n';
    } else {
        print_page(*result, out);
    }
    return kDone;
}

}  // namespace fairfeed
