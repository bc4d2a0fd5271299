#include "edge-node/intake/inbox.h"

#include <array>

namespace fairfeed::intake {
namespace {

constexpr DatabaseKind kInboxKind{.what = "an edge node's inbox",
                                  .application_id = 0x46664962,  // "FfIb"
                                  .schema_version = 1,
                                  .schema = R"(
CREATE TABLE readings(
    meter TEXT NOT NULL, window INTEGER NOT NULL, cluster TEXT NOT NULL, id BLOB NOT NULL,
    envelope BLOB NOT NULL, received_ms INTEGER NOT NULL,
    PRIMARY KEY(meter, window)) STRICT, WITHOUT ROWID;
CREATE INDEX readings_by_window ON readings(cluster, window);
CREATE TABLE batches(
    cluster TEXT PRIMARY KEY, batch BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE endorsements(
    cluster TEXT NOT NULL, window INTEGER NOT NULL, version INTEGER NOT NULL,
    batch_id BLOB NOT NULL, signature BLOB NOT NULL, batch BLOB NOT NULL,
    PRIMARY KEY(cluster, window, batch_id)) STRICT, WITHOUT ROWID;
CREATE TABLE blocks(
    id BLOB PRIMARY KEY, height INTEGER NOT NULL, block BLOB NOT NULL) STRICT, WITHOUT ROWID;
)"};

enum Sql : std::size_t {
    kPutReading,
    kPutBatch,
    kPutEndorsement,
    kPutBlock,
    kForgetBlocks,
    kForgetBatch,
    kForgetEndorsements,
    kForgetReadings,
    kLoadReadings,
    kLoadBatches,
    kLoadEndorsements,
    kLoadBlocks,
    kBegin,
    kCommit,
    kSqlCount,
};

constexpr std::array<std::string_view, kSqlCount> kSql{
    "INSERT OR IGNORE INTO readings(meter, window, cluster, id, envelope, received_ms)"
    " VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
    "INSERT OR REPLACE INTO batches(cluster, batch) VALUES(?1, ?2)",
    "INSERT OR IGNORE INTO endorsements(cluster, window, version, batch_id, signature, batch)"
    " VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
    "INSERT OR IGNORE INTO blocks(id, height, block) VALUES(?1, ?2, ?3)",
    "DELETE FROM blocks WHERE height <= ?1",
    "DELETE FROM batches WHERE cluster = ?1",
    "DELETE FROM endorsements WHERE cluster = ?1 AND window <= ?2",
    "DELETE FROM readings WHERE cluster = ?1 AND window < ?2",
    "SELECT envelope FROM readings ORDER BY cluster, window, meter",
    "SELECT batch FROM batches ORDER BY cluster",
    "SELECT cluster, window, version, batch_id, signature, batch FROM endorsements"
    " ORDER BY cluster, window, version",
    "SELECT block FROM blocks ORDER BY height, id",
    "BEGIN IMMEDIATE",
    "COMMIT",
};

Result<std::vector<Bytes>, IoError> blobs(Statement& statement) {
    std::vector<Bytes> out;
    statement.reset();
    for (;;) {
        const auto row = statement.step();
        if (!row) return unexpected(row.error());
        if (!*row) return out;
        out.push_back(to_bytes(statement.blob_at(0)));
    }
}

Result<std::vector<EndorsementRow>, IoError> endorsement_rows(Statement& statement) {
    std::vector<EndorsementRow> out;
    statement.reset();
    for (;;) {
        const auto row = statement.step();
        if (!row) return unexpected(row.error());
        if (!*row) return out;
        const auto cluster = ClusterId::parse(statement.text_at(0));
        const auto batch = Digest::from(statement.blob_at(3));
        const auto signature = Signature::from(statement.blob_at(4));
        if (!cluster || !batch || !signature) {
            return unexpected(IoError{"the inbox holds an endorsement that is damaged"});
        }
        out.push_back({Endorsement{*cluster, static_cast<Window>(statement.int_at(1)),
                                   static_cast<std::uint32_t>(statement.int_at(2)), *batch},
                       *signature, to_bytes(statement.blob_at(5))});
    }
}

}  // namespace

Inbox::Inbox(Database database) : database_(std::move(database)) {}

Result<Inbox, IoError> Inbox::open(const std::filesystem::path& file) {
    auto database = Database::open(file, kInboxKind);
    if (!database) return unexpected(database.error());
    Inbox inbox(std::move(*database));
    if (auto prepared = inbox.prepare(); !prepared) return unexpected(prepared.error());
    return inbox;
}

Result<void, IoError> Inbox::prepare() {
    for (const std::string_view sql : kSql) {
        auto statement = database_.prepare(sql);
        if (!statement) return unexpected(statement.error());
        statements_.push_back(std::move(*statement));
    }
    return {};
}

Result<void, IoError> Inbox::begin() {
    return statements_[kBegin].run();
}

Result<void, IoError> Inbox::commit() {
    return statements_[kCommit].run();
}

Result<void, IoError> Inbox::put_reading(const SignedReading& reading, std::int64_t received_ms) {
    const ReadingHeader& header = reading.header;
    return statements_[kPutReading].run(header.meter.str(), header.window, header.cluster.str(),
                                        reading.id, reading.envelope, received_ms);
}

Result<void, IoError> Inbox::put_batch(const ClusterId& cluster, ByteView batch) {
    return statements_[kPutBatch].run(cluster.str(), batch);
}

Result<void, IoError> Inbox::put_endorsement(const EndorsementRow& row) {
    const Endorsement& endorsement = row.endorsement;
    return statements_[kPutEndorsement].run(endorsement.cluster.str(), endorsement.window,
                                            endorsement.version, endorsement.batch, row.signature,
                                            row.batch);
}

Result<void, IoError> Inbox::put_block(const Digest& id, Height height, ByteView block) {
    return statements_[kPutBlock].run(id, height, block);
}

Result<void, IoError> Inbox::forget_blocks(Height height) {
    return statements_[kForgetBlocks].run(height);
}

Result<void, IoError> Inbox::forget_window(const ClusterId& cluster, Window window,
                                           Window keep_from) {
    if (auto done = statements_[kForgetBatch].run(cluster.str()); !done) return done;
    if (auto done = statements_[kForgetEndorsements].run(cluster.str(), window); !done) {
        return done;
    }
    return statements_[kForgetReadings].run(cluster.str(), keep_from);
}

Result<InboxContents, IoError> Inbox::load() {
    InboxContents contents;
    auto readings = blobs(statements_[kLoadReadings]);
    if (!readings) return unexpected(readings.error());
    contents.readings = std::move(*readings);
    auto batches = blobs(statements_[kLoadBatches]);
    if (!batches) return unexpected(batches.error());
    contents.batches = std::move(*batches);
    auto endorsements = endorsement_rows(statements_[kLoadEndorsements]);
    if (!endorsements) return unexpected(endorsements.error());
    contents.endorsements = std::move(*endorsements);
    auto blocks = blobs(statements_[kLoadBlocks]);
    if (!blocks) return unexpected(blocks.error());
    contents.blocks = std::move(*blocks);
    return contents;
}

}  // namespace fairfeed::intake
