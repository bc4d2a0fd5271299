// The layout of a ledger in SQLite. `blocks` holds the agreed bytes; `network` the network's id;
// `transactions` is an index over the blocks; `commits` holds this node's own commit times, and
// hashes of the written bytes, because a block's id covers neither signatures nor the stored
// certificate. A change of layout is a new kLedgerSchemaVersion.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/base/bytes.h"
#include "core/io/sqlite.h"

namespace fairfeed {

constexpr std::int32_t kLedgerApplicationId = 0x4646'4C31;  // "FFL1"
constexpr std::int32_t kLedgerSchemaVersion = 5;

// blocks.id and blocks.time_ms repeat members of the body, for people with a SQLite shell. If they
// differ from the body, or the body from its hash, a reader calls the block damaged.
constexpr std::string_view kLedgerSchema = R"sql(
CREATE TABLE network (
    id BLOB NOT NULL CHECK (length(id) = 32)
) STRICT;

CREATE TABLE blocks (
    height INTEGER PRIMARY KEY CHECK (height >= 0),
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 32),
    time_ms INTEGER NOT NULL,
    body BLOB NOT NULL,
    certificate BLOB
) STRICT;

CREATE TABLE transactions (
    id BLOB PRIMARY KEY CHECK (length(id) = 32),
    height INTEGER NOT NULL REFERENCES blocks (height),
    position INTEGER NOT NULL,
    UNIQUE (height, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE commits (
    height INTEGER PRIMARY KEY REFERENCES blocks (height),
    committed_at_ms INTEGER NOT NULL,
    body_hash BLOB NOT NULL CHECK (length(body_hash) = 32),
    note_hash BLOB NOT NULL CHECK (length(note_hash) = 32)
) STRICT;
)sql";

constexpr DatabaseKind kLedgerKind{.what = "a ledger",
                                   .application_id = kLedgerApplicationId,
                                   .schema_version = kLedgerSchemaVersion,
                                   .schema = kLedgerSchema};

// commits.body_hash and commits.note_hash.
[[nodiscard]] Digest stored_body_hash(ByteView body);
[[nodiscard]] Digest stored_note_hash(ByteView certificate, std::int64_t committed_at_ms);

}  // namespace fairfeed
