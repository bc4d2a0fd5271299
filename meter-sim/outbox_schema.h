// The layout of an outbox file, and the conversion of its rows into values. Shared by the running
// outbox and its reader; included nowhere else.
#pragma once

#include <vector>

#include "core/base/result.h"
#include "core/io/sqlite.h"
#include "meter-sim/outbox.h"

namespace fairfeed {

// In each table the columns of the key come first, because integrity_check of SQLite 3.40 misreads
// tables WITHOUT ROWID in which they do not.
constexpr DatabaseKind kOutboxKind = {"a meters' outbox", 0x4646'4f42, 4, R"sql(
CREATE TABLE about (network BLOB NOT NULL);
CREATE TABLE meter (
  id TEXT PRIMARY KEY,
  next_sequence INTEGER NOT NULL,
  next_window INTEGER NOT NULL,
  previous BLOB NOT NULL,
  import_wh INTEGER NOT NULL,
  export_wh INTEGER NOT NULL,
  generation_wh INTEGER NOT NULL,
  day INTEGER NOT NULL,
  day_import_wh INTEGER NOT NULL,
  day_export_wh INTEGER NOT NULL,
  month INTEGER NOT NULL,
  month_import_wh INTEGER NOT NULL,
  month_export_wh INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE share (
  meter TEXT NOT NULL,
  from_s INTEGER NOT NULL,
  window INTEGER NOT NULL,
  share_w INTEGER NOT NULL,
  PRIMARY KEY (meter, from_s)
) WITHOUT ROWID;
CREATE TABLE relay (
  meter TEXT PRIMARY KEY,
  command BLOB NOT NULL,
  accepted_at_s INTEGER NOT NULL,
  executed_at_s INTEGER,
  was_open INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE reading (
  meter TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  window INTEGER NOT NULL,
  id BLOB NOT NULL,
  envelope BLOB NOT NULL,
  first_publish_ms INTEGER,
  complete INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (meter, sequence)
) WITHOUT ROWID;
CREATE UNIQUE INDEX reading_window ON reading (meter, window);
CREATE INDEX reading_pending ON reading (meter, sequence) WHERE complete = 0;
CREATE TABLE receipt (
  meter TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  node TEXT NOT NULL,
  PRIMARY KEY (meter, sequence, node)
) WITHOUT ROWID;
CREATE TABLE refusal (
  meter TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  node TEXT NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (meter, sequence, node)
) WITHOUT ROWID;
CREATE TABLE seal (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  sum BLOB NOT NULL,
  sequence INTEGER NOT NULL
);
)sql"};

constexpr SummedTable kMeterTable{"meter", 13};
constexpr SummedTable kShareTable{"share", 4};
constexpr SummedTable kRelayTable{"relay", 5};
constexpr SummedTable kReadingTable{"reading", 7};
constexpr SummedTable kReceiptTable{"receipt", 3};
constexpr SummedTable kRefusalTable{"refusal", 4};

// The sum over all rows, written with every commit.
struct OutboxSeal {
    Digest sum;
    std::uint64_t sequence = 0;  // number of commits
};
// Reads everything. Error, with `damage`: the rows are not those that were written, or an index
// does not find them.
[[nodiscard]] Result<OutboxSeal, IoError> check_seal(Database& database);

enum class WhichReadings { pending, all };

// nullopt: the outbox does not know this meter.
[[nodiscard]] Result<std::optional<OutboxMeter>, IoError> read_meter(Database& database,
                                                                     const MeterId& meter,
                                                                     WhichReadings which);

}  // namespace fairfeed
