#include "gateway/accounts/account_book.h"

#include "core/base/check.h"

namespace fairfeed {
namespace {

constexpr DatabaseKind kKind{
    "the office's accounts", 0x46464143, 1,  // "FFAC"
    "create table people (name text primary key, role text not null, password text not null,"
    " full_name text not null, contact text not null, locked integer not null,"
    " failures integer not null, try_again_ms integer not null, created_ms integer not null);"
    "create table bindings (person text not null references people (name), meter text not null,"
    " primary key (person, meter));"
    "create table sessions (id blob primary key, person text not null references people (name),"
    " csrf text not null, created_ms integer not null, seen_ms integer not null);"
    "create table tokens (hash blob primary key, id text not null, person text not null"
    " references people (name), scopes text not null, label text not null,"
    " created_ms integer not null, expires_ms integer not null);"};

constexpr std::string_view kPeople =
    "select name, role, password, full_name, contact, locked, failures, try_again_ms, created_ms "
    "from people ";
constexpr std::string_view kTokens =
    "select hash, id, person, scopes, label, created_ms, expires_ms from tokens ";

std::string words_of(const std::vector<TokenScope>& scopes) {
    std::string words;
    for (const TokenScope scope : scopes)
        words.append(words.empty() ? "" : " ").append(to_string(scope));
    return words;
}

std::vector<TokenScope> scopes_of(std::string_view words) {
    std::vector<TokenScope> scopes;
    while (!words.empty()) {
        const std::size_t end = std::min(words.find(' '), words.size());
        if (const auto scope = token_scope(words.substr(0, end))) scopes.push_back(*scope);
        words.remove_prefix(std::min(end + 1, words.size()));
    }
    return scopes;
}

IoError damage(std::string what) {
    return {"the office's accounts: " + std::move(what), true};
}

}  // namespace

template <class... Values>
Result<bool, IoError> AccountBook::change(std::string_view sql, const Values&... values) {
    auto statement = database_.prepare(sql);
    if (!statement) return unexpected(statement.error());
    if (const auto done = statement->run(values...); !done) return unexpected(done.error());
    return database_.changed_rows() > 0;
}

Result<std::unique_ptr<AccountBook>, IoError> AccountBook::open(const std::filesystem::path& file) {
    auto database = Database::open(file, kKind);
    if (!database) return unexpected(database.error());
    if (const auto set = database->execute("PRAGMA secure_delete = ON"); !set)
        return unexpected(set.error());
    return std::unique_ptr<AccountBook>(new AccountBook(std::move(*database)));
}

Result<std::vector<Account>, IoError> AccountBook::accounts(std::string_view where,
                                                            std::string_view name) {
    auto people = database_.prepare(std::string(kPeople).append(where));
    if (!people) return unexpected(people.error());
    auto bindings =
        database_.prepare("select meter from bindings where person = ?1 order by meter");
    if (!bindings) return unexpected(bindings.error());
    std::vector<Account> found;
    if (where.empty() || where.starts_with("order")) {
        people->bind();
    } else {
        people->bind(name);
    }
    auto row = people->step();
    for (; row && *row; row = people->step()) {
        const auto role = account_role(people->text_at(1));
        if (!role) return unexpected(damage("an unknown role"));
        Account account{std::string(people->text_at(0)),
                        *role,
                        std::string(people->text_at(2)),
                        {},
                        std::string(people->text_at(3)),
                        std::string(people->text_at(4)),
                        people->int_at(5) != 0,
                        static_cast<std::uint32_t>(people->int_at(6)),
                        people->int_at(7),
                        people->int_at(8)};
        bindings->bind(account.name);
        auto meter = bindings->step();
        for (; meter && *meter; meter = bindings->step())
            account.meters.emplace_back(bindings->text_at(0));
        if (!meter) return unexpected(meter.error());
        found.push_back(std::move(account));
    }
    if (!row) return unexpected(row.error());
    return found;
}

Result<std::optional<Account>, IoError> AccountBook::find(std::string_view name) {
    const std::lock_guard alone(mutex_);
    auto found = accounts("where name = ?1", name);
    if (!found) return unexpected(found.error());
    if (found->empty()) return std::optional<Account>();
    return std::optional(std::move(found->front()));
}

Result<std::vector<Account>, IoError> AccountBook::all() {
    const std::lock_guard alone(mutex_);
    return accounts("order by name", "");
}

Result<void, IoError> AccountBook::write_meters(const Account& account) {
    if (const auto gone = change("delete from bindings where person = ?1", account.name); !gone)
        return unexpected(gone.error());
    for (const std::string& meter : account.meters) {
        const auto bound =
            change("insert into bindings (person, meter) values (?1, ?2)", account.name, meter);
        if (!bound) return unexpected(bound.error());
    }
    return {};
}

Result<bool, IoError> AccountBook::add(const Account& account) {
    const std::lock_guard alone(mutex_);
    auto whole = WriteTransaction::begin(database_);
    if (!whole) return unexpected(whole.error());
    const auto added = change(
        "insert into people (name, role, password, full_name, contact, locked, failures, "
        "try_again_ms, created_ms) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) "
        "on conflict do nothing",
        account.name, to_string(account.role), account.password, account.full_name, account.contact,
        account.locked, account.failures, account.try_again_ms, account.created_ms);
    if (!added || !*added) return added;
    if (const auto bound = write_meters(account); !bound) return unexpected(bound.error());
    if (const auto done = whole->commit(); !done) return unexpected(done.error());
    return true;
}

Result<void, IoError> AccountBook::write(const Account& account) {
    const auto changed = change(
        "update people set role = ?2, password = ?3, full_name = ?4, contact = ?5, locked = ?6, "
        "failures = ?7, try_again_ms = ?8 where name = ?1",
        account.name, to_string(account.role), account.password, account.full_name, account.contact,
        account.locked, account.failures, account.try_again_ms);
    if (!changed) return unexpected(changed.error());
    return write_meters(account);
}

// After a new password nothing of before opens the door; a locked one has no sessions.
Result<void, IoError> AccountBook::end_access(const Account& before, const Account& account) {
    const bool is_anew = account.password != before.password;
    if (is_anew || account.locked) {
        const auto gone = change("delete from sessions where person = ?1", account.name);
        if (!gone) return unexpected(gone.error());
    }
    if (is_anew) {
        const auto gone = change("delete from tokens where person = ?1", account.name);
        if (!gone) return unexpected(gone.error());
    }
    return {};
}

Result<bool, IoError> AccountBook::edit(std::string_view name, const AccountEdit& changed) {
    const std::lock_guard alone(mutex_);
    auto whole = WriteTransaction::begin(database_);
    if (!whole) return unexpected(whole.error());
    const auto found = accounts("where name = ?1", name);
    if (!found) return unexpected(found.error());
    if (found->empty()) return false;
    const Account& before = found->front();
    const auto account = changed(before);
    if (!account) return false;
    CHECK(account->name == before.name);
    if (const auto written = write(*account); !written) return unexpected(written.error());
    if (const auto ended = end_access(before, *account); !ended) return unexpected(ended.error());
    if (const auto done = whole->commit(); !done) return unexpected(done.error());
    return true;
}

Result<bool, IoError> AccountBook::put_password(std::string_view name, std::string_view old,
                                                std::string_view anew) {
    const std::lock_guard alone(mutex_);
    return change("update people set password = ?3 where name = ?1 and password = ?2", name, old,
                  anew);
}

Result<void, IoError> AccountBook::put_failures(const Account& account) {
    const std::lock_guard alone(mutex_);
    const auto changed =
        change("update people set failures = ?2, try_again_ms = ?3 where name = ?1", account.name,
               account.failures, account.try_again_ms);
    if (!changed) return unexpected(changed.error());
    return {};
}

Result<bool, IoError> AccountBook::erase(std::string_view name) {
    const std::lock_guard alone(mutex_);
    {
        auto whole = WriteTransaction::begin(database_);
        if (!whole) return unexpected(whole.error());
        for (const char* sql :
             {"delete from sessions where person = ?1", "delete from tokens where person = ?1",
              "delete from bindings where person = ?1"})
            if (const auto gone = change(sql, name); !gone) return unexpected(gone.error());
        const auto gone = change("delete from people where name = ?1", name);
        if (!gone || !*gone) return gone;
        if (const auto done = whole->commit(); !done) return unexpected(done.error());
    }
    // The log beside the file still holds the rows; a checkpoint empties it.
    if (const auto emptied = database_.execute("PRAGMA wal_checkpoint(TRUNCATE)"); !emptied)
        return unexpected(emptied.error());
    return true;
}

Result<bool, IoError> AccountBook::add(const AccountSession& session, std::string_view password) {
    const std::lock_guard alone(mutex_);
    return change(
        "insert into sessions (id, person, csrf, created_ms, seen_ms) "
        "select ?1, name, ?3, ?4, ?5 from people "
        "where name = ?2 and password = ?6 and locked = 0",
        session.id, session.account, session.csrf, session.created_ms, session.seen_ms, password);
}

Result<std::optional<AccountSession>, IoError> AccountBook::session(const Digest& id) {
    const std::lock_guard alone(mutex_);
    auto found =
        database_.prepare("select person, csrf, created_ms, seen_ms from sessions where id = ?1");
    if (!found) return unexpected(found.error());
    const auto row = found->bind(id).step();
    if (!row) return unexpected(row.error());
    if (!*row) return std::optional<AccountSession>();
    return std::optional(AccountSession{id, std::string(found->text_at(0)),
                                        std::string(found->text_at(1)), found->int_at(2),
                                        found->int_at(3)});
}

Result<void, IoError> AccountBook::see(const Digest& id, std::int64_t now_ms) {
    const std::lock_guard alone(mutex_);
    const auto seen = change("update sessions set seen_ms = ?2 where id = ?1", id, now_ms);
    if (!seen) return unexpected(seen.error());
    return {};
}

Result<void, IoError> AccountBook::end(const Digest& id) {
    const std::lock_guard alone(mutex_);
    const auto gone = change("delete from sessions where id = ?1", id);
    if (!gone) return unexpected(gone.error());
    return {};
}

Result<void, IoError> AccountBook::sweep(std::int64_t now_ms, const AccessPolicy& policy) {
    const std::lock_guard alone(mutex_);
    const auto sessions = change("delete from sessions where created_ms <= ?1 or seen_ms <= ?2",
                                 now_ms - policy.absolute_ms, now_ms - policy.idle_ms);
    if (!sessions) return unexpected(sessions.error());
    const auto tokens_gone = change("delete from tokens where expires_ms <= ?1", now_ms);
    if (!tokens_gone) return unexpected(tokens_gone.error());
    return {};
}

Result<void, IoError> AccountBook::add(const ApiToken& token) {
    const std::lock_guard alone(mutex_);
    const auto added = change(
        "insert into tokens (hash, id, person, scopes, label, created_ms, expires_ms) "
        "values (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        token.hash, token.id, token.account, words_of(token.scopes), token.label, token.created_ms,
        token.expires_ms);
    if (!added) return unexpected(added.error());
    return {};
}

Result<std::vector<ApiToken>, IoError> AccountBook::tokens(Statement& found) {
    std::vector<ApiToken> all;
    auto row = found.step();
    for (; row && *row; row = found.step()) {
        const auto hash = Digest::from(found.blob_at(0));
        if (!hash) return unexpected(damage("a token without its hash"));
        all.push_back({std::string(found.text_at(1)), *hash, std::string(found.text_at(2)),
                       scopes_of(found.text_at(3)), std::string(found.text_at(4)), found.int_at(5),
                       found.int_at(6)});
    }
    if (!row) return unexpected(row.error());
    return all;
}

Result<std::optional<ApiToken>, IoError> AccountBook::token(const Digest& hash) {
    const std::lock_guard alone(mutex_);
    auto found = database_.prepare(std::string(kTokens) + "where hash = ?1");
    if (!found) return unexpected(found.error());
    found->bind(hash);
    auto all = tokens(*found);
    if (!all) return unexpected(all.error());
    if (all->empty()) return std::optional<ApiToken>();
    return std::optional(std::move(all->front()));
}

Result<std::vector<ApiToken>, IoError> AccountBook::tokens_of(std::string_view account) {
    const std::lock_guard alone(mutex_);
    auto found = database_.prepare(std::string(kTokens) + "where person = ?1 order by created_ms");
    if (!found) return unexpected(found.error());
    found->bind(account);
    return tokens(*found);
}

Result<bool, IoError> AccountBook::revoke(std::string_view account, std::string_view id) {
    const std::lock_guard alone(mutex_);
    return change("delete from tokens where person = ?1 and id = ?2", account, id);
}

}  // namespace fairfeed
