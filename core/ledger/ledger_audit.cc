#include "core/ledger/ledger_audit.h"

#include <array>

#include "core/io/sqlite.h"
#include "core/ledger/schema.h"

namespace fairfeed {
namespace {

// A query that counts forbidden rows.
struct Rule {
    std::string_view count;
    std::string_view wrong;
};
constexpr std::array kRules{
    Rule{"SELECT count(*) - 1 FROM network", "it is not of exactly one network"},
    Rule{"SELECT max(height) + 1 - count(*) FROM blocks", "a block is missing"},
    Rule{"SELECT count(*) FROM blocks WHERE height = 0 AND certificate IS NOT NULL",
         "block 0 has a certificate, and nobody certifies genesis"},
    Rule{"SELECT count(*) FROM commits WHERE height < 1",
         "a commit record belongs to no block above genesis"},
    Rule{"SELECT (SELECT max(height) FROM blocks) - (SELECT count(*) FROM commits)",
         "the number of commit records is not the number of blocks"},
    Rule{"SELECT count(*) FROM (SELECT 1 FROM transactions GROUP BY height HAVING min(position) "
         "!= 0 OR max(position) != count(*) - 1)",
         "the index of transactions has holes"},
};

Unexpected<IoError> damaged(const std::filesystem::path& file, std::string_view what) {
    return unexpected(IoError{file.string() + " is damaged: " + std::string(what), true});
}

Result<std::int64_t, IoError> count(Database& database, std::string_view sql) {
    auto select = database.prepare(sql);
    if (!select) return unexpected(select.error());
    const auto row = select->step();
    if (!row) return unexpected(row.error());
    return *row ? select->int_at(0) : 0;
}

Result<void, IoError> audit(Database& database, const std::filesystem::path& file) {
    if (auto whole = database.check_whole(); !whole) return whole;
    for (const Rule& rule : kRules) {
        const auto found = count(database, rule.count);
        if (!found) return unexpected(found.error());
        if (*found != 0) return damaged(file, rule.wrong);
    }
    return {};
}

}  // namespace

Result<void, IoError> audit_ledger(const std::filesystem::path& file) {
    auto database = Database::open_read_only(file, kLedgerKind);
    if (!database) return unexpected(database.error());
    if (auto begun = database->execute("BEGIN"); !begun) return begun;
    auto sound = audit(*database, file);
    if (auto ended = database->execute("COMMIT"); sound && !ended) return ended;
    return sound;
}

}  // namespace fairfeed
