// The statements of a ledger. Private to ledger.cc.
#pragma once

#include <array>
#include <string_view>

namespace fairfeed {

enum Sql : std::size_t {
    kPutBlock,
    kPutTransaction,
    kPutCommit,
    kForgetTransactions,
    kSelectBlock,
    kSelectTransaction,
    kSelectId,
    kSelectPlaces,
    kSqlCount,
};
// Every insert also replaces; only mend() ever replaces something.
constexpr std::array<std::string_view, kSqlCount> kSql{
    "INSERT INTO blocks (height, id, time_ms, body, certificate) VALUES (?1, ?2, ?3, ?4, ?5) "
    "ON CONFLICT (height) DO UPDATE SET id = ?2, time_ms = ?3, body = ?4, certificate = ?5",
    "INSERT OR REPLACE INTO transactions (id, height, position) VALUES (?1, ?2, ?3)",
    "INSERT INTO commits (height, committed_at_ms, body_hash, note_hash) VALUES (?1, ?2, ?3, ?4) "
    "ON CONFLICT (height) DO UPDATE SET committed_at_ms = ?2, body_hash = ?3, note_hash = ?4",
    "DELETE FROM transactions WHERE height = ?1",
    "SELECT id, time_ms, body, certificate, committed_at_ms, body_hash, note_hash "
    "FROM blocks LEFT JOIN commits USING (height) WHERE blocks.height = ?1",
    "SELECT height FROM transactions WHERE id = ?1",
    "SELECT height FROM blocks WHERE id = ?1",
    "SELECT id, position FROM transactions WHERE height = ?1 ORDER BY position",
};

}  // namespace fairfeed
