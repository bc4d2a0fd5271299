// The layout of an inbox in SQLite; a change of layout is a new schema_version. Included only by
// the inbox and by tests that damage one.
#pragma once

#include "core/io/sqlite.h"

namespace fairfeed {

constexpr DatabaseKind kInboxKind{.what = "an edge node's inbox",
                                  .application_id = 0x46664962,  // "FfIb"
                                  .schema_version = 4,
                                  .schema = R"(
CREATE TABLE readings(
    meter TEXT NOT NULL, window INTEGER NOT NULL, cluster TEXT NOT NULL, id BLOB NOT NULL,
    envelope BLOB NOT NULL, received_ms INTEGER NOT NULL,
    PRIMARY KEY(meter, window, id)) STRICT, WITHOUT ROWID;
CREATE INDEX readings_by_window ON readings(cluster, window);
CREATE TABLE batches(
    cluster TEXT PRIMARY KEY, window INTEGER NOT NULL, batch BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE endorsements(
    cluster TEXT NOT NULL, window INTEGER NOT NULL, version INTEGER NOT NULL,
    batch_id BLOB NOT NULL, signature BLOB NOT NULL, batch BLOB NOT NULL,
    PRIMARY KEY(cluster, window, batch_id)) STRICT, WITHOUT ROWID;
CREATE TABLE blocks(
    id BLOB PRIMARY KEY, height INTEGER NOT NULL, block BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE doubts(
    cluster TEXT PRIMARY KEY, window INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE seal(
    one INTEGER PRIMARY KEY CHECK(one = 1), sum BLOB NOT NULL, sequence INTEGER NOT NULL) STRICT;
)"};

}  // namespace fairfeed
