#include "edge-node/storage/inbox.h"

#include <array>

#include "core/io/set_aside.h"
#include "edge-node/storage/inbox_schema.h"

namespace fairfeed {
namespace {

struct Table : SummedTable {
    int content = 0;  // the column with the row's content
};
constexpr Table kReadings{{"readings", 6}, 4};
constexpr Table kBatches{{"batches", 3}, 2};
constexpr Table kEndorsements{{"endorsements", 6}, 5};
constexpr Table kBlocks{{"blocks", 3}, 2};
constexpr Table kDoubts{{"doubts", 2}, 0};
// In `doubts`, the empty name stands for every cluster.
constexpr std::string_view kAll;

enum Sql : std::size_t {
    kPutReading,
    kPutBatch,
    kPutEndorsement,
    kPutBlock,
    kForgetBlocks,
    kDropBatch,
    kForgetBatch,
    kForgetEndorsements,
    kForgetReadings,
    kForgetReading,
    kLoadReadings,
    kLoadBatches,
    kLoadEndorsements,
    kLoadBlocks,
    kDropDoubts,
    kPutDoubt,
    kForgetDoubt,
    kLoadDoubts,
    kPutSeal,
    kLoadSeal,
    kBegin,
    kCommit,
    kSqlCount,
};

// Statements that change rows return them whole, for the seal.
constexpr std::array<std::string_view, kSqlCount> kSql{
    "INSERT OR IGNORE INTO readings VALUES(?1, ?2, ?3, ?4, ?5, ?6) RETURNING *",
    "INSERT INTO batches VALUES(?1, ?2, ?3) RETURNING *",
    "INSERT OR IGNORE INTO endorsements VALUES(?1, ?2, ?3, ?4, ?5, ?6) RETURNING *",
    "INSERT OR IGNORE INTO blocks VALUES(?1, ?2, ?3) RETURNING *",
    "DELETE FROM blocks WHERE height <= ?1 RETURNING *",
    "DELETE FROM batches WHERE cluster = ?1 RETURNING *",
    "DELETE FROM batches WHERE cluster = ?1 AND window <= ?2 RETURNING *",
    "DELETE FROM endorsements WHERE cluster = ?1 AND window <= ?2 RETURNING *",
    "DELETE FROM readings WHERE cluster = ?1 AND window < ?2 RETURNING *",
    "DELETE FROM readings WHERE meter = ?1 AND window = ?2 RETURNING *",
    "SELECT * FROM readings ORDER BY cluster, window, meter",
    "SELECT * FROM batches ORDER BY cluster",
    "SELECT * FROM endorsements ORDER BY cluster, window, version",
    "SELECT * FROM blocks ORDER BY height, id",
    "DELETE FROM doubts RETURNING *",
    "INSERT INTO doubts VALUES(?1, ?2) RETURNING *",
    "DELETE FROM doubts WHERE cluster = ?1 AND window <= ?2 RETURNING *",
    "SELECT * FROM doubts ORDER BY cluster",
    "INSERT OR REPLACE INTO seal VALUES(1, ?1, ?2)",
    "SELECT sum, sequence FROM seal",
    "BEGIN IMMEDIATE",
    "COMMIT",
};

std::filesystem::path mark_of(const std::filesystem::path& file) {
    std::filesystem::path mark = file;
    return mark.replace_extension(".mark");
}

Result<std::vector<Bytes>, IoError> blobs(Statement& statement, const Table& table, RowSum& sum) {
    std::vector<Bytes> out;
    statement.reset();
    for (;;) {
        const auto row = statement.step();
        if (!row) return unexpected(row.error());
        if (!*row) return out;
        sum.fold(statement, table);
        out.push_back(to_bytes(statement.blob_at(table.content)));
    }
}

Result<std::vector<EndorsementRow>, IoError> endorsement_rows(Statement& statement, RowSum& sum) {
    std::vector<EndorsementRow> out;
    statement.reset();
    for (;;) {
        const auto row = statement.step();
        if (!row) return unexpected(row.error());
        if (!*row) return out;
        sum.fold(statement, kEndorsements);
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

Inbox::Inbox(Database database, SequenceMark mark, std::filesystem::path file)
    : database_(std::move(database)), mark_(std::move(mark)), file_(std::move(file)) {}

Result<Inbox, IoError> Inbox::open(const std::filesystem::path& file) {
    auto database = Database::open(file, kInboxKind);
    if (!database) return unexpected(database.error());
    auto mark = SequenceMark::open(mark_of(file));
    if (!mark) return unexpected(mark.error());
    Inbox inbox(std::move(*database), std::move(*mark), file);
    if (auto prepared = inbox.prepare(); !prepared) return unexpected(prepared.error());
    return inbox;
}

Result<void, IoError> Inbox::prepare() {
    for (const std::string_view sql : kSql) {
        auto statement = database_.prepare(sql);
        if (!statement) return unexpected(statement.error());
        statements_.push_back(std::move(*statement));
    }
    Statement& seal = statements_[kLoadSeal];
    const auto row = seal.step();
    if (!row) return unexpected(row.error());
    if (!*row) return {};  // nothing was ever committed
    const auto sum = Digest::from(seal.blob_at(0));
    sequence_ = static_cast<std::uint64_t>(seal.int_at(1));
    seal.reset();
    if (!sum) return damaged();
    sum_.set(*sum);
    return {};
}

Unexpected<IoError> Inbox::damaged() const {
    return unexpected(IoError{
        "'" + file_.string() + "' is damaged: it does not hold what was written to it", true});
}

Result<void, IoError> Inbox::begin() {
    return statements_[kBegin].run();
}

Result<void, IoError> Inbox::commit() {
    if (auto sealed = statements_[kPutSeal].run(sum_.value(), sequence_ + 1); !sealed)
        return sealed;
    if (auto done = statements_[kCommit].run(); !done) return done;
    return mark_.write(++sequence_);
}

Result<void, IoError> Inbox::put_doubts(const std::map<ClusterId, Window>& doubts) {
    if (auto done = sum_.fold_all(statements_[kDropDoubts].bind(), kDoubts); !done) return done;
    for (const auto& [cluster, window] : doubts)
        if (auto done = put_doubt(cluster.view(), window); !done) return done;
    return {};
}

Result<void, IoError> Inbox::put_doubt(std::string_view cluster, Window window) {
    return sum_.fold_all(statements_[kPutDoubt].bind(cluster, window), kDoubts);
}

Result<void, IoError> Inbox::put_reading(const SignedReading& reading, std::int64_t received_ms) {
    const ReadingHeader& header = reading.header;
    Statement& put =
        statements_[kPutReading].bind(header.meter.view(), header.window, header.cluster.view(),
                                      reading.id, reading.envelope, received_ms);
    return sum_.fold_all(put, kReadings);
}

Result<void, IoError> Inbox::put_batch(const ClusterId& cluster, Window window, ByteView batch) {
    Statement& drop = statements_[kDropBatch].bind(cluster.view());
    if (auto done = sum_.fold_all(drop, kBatches); !done) return done;
    Statement& put = statements_[kPutBatch].bind(cluster.view(), window, batch);
    return sum_.fold_all(put, kBatches);
}

Result<void, IoError> Inbox::put_endorsement(const EndorsementRow& row) {
    const Endorsement& endorsement = row.endorsement;
    Statement& put = statements_[kPutEndorsement].bind(endorsement.cluster.view(),
                                                       endorsement.window, endorsement.version,
                                                       endorsement.batch, row.signature, row.batch);
    return sum_.fold_all(put, kEndorsements);
}

Result<void, IoError> Inbox::put_block(const Digest& id, Height height, ByteView block) {
    return sum_.fold_all(statements_[kPutBlock].bind(id, height, block), kBlocks);
}

Result<void, IoError> Inbox::forget_blocks(Height height) {
    return sum_.fold_all(statements_[kForgetBlocks].bind(height), kBlocks);
}

Result<void, IoError> Inbox::forget_window(
    const ClusterId& cluster, Window window, Window keep_from,
    const std::vector<std::pair<MeterId, Window>>& readings) {
    Statement& batches = statements_[kForgetBatch].bind(cluster.view(), window);
    if (auto done = sum_.fold_all(batches, kBatches); !done) return done;
    Statement& doubts = statements_[kForgetDoubt].bind(cluster.view(), window);
    if (auto done = sum_.fold_all(doubts, kDoubts); !done) return done;
    Statement& endorsements = statements_[kForgetEndorsements].bind(cluster.view(), window);
    if (auto done = sum_.fold_all(endorsements, kEndorsements); !done) return done;
    for (const auto& [meter, of] : readings) {
        Statement& reading = statements_[kForgetReading].bind(meter.view(), of);
        if (auto done = sum_.fold_all(reading, kReadings); !done) return done;
    }
    Statement& old = statements_[kForgetReadings].bind(cluster.view(), keep_from);
    return sum_.fold_all(old, kReadings);
}

Result<InboxContents, IoError> Inbox::load() {
    InboxContents contents;
    RowSum sum(sha256);
    auto readings = blobs(statements_[kLoadReadings], kReadings, sum);
    if (!readings) return unexpected(readings.error());
    contents.readings = std::move(*readings);
    auto batches = blobs(statements_[kLoadBatches], kBatches, sum);
    if (!batches) return unexpected(batches.error());
    contents.batches = std::move(*batches);
    auto endorsements = endorsement_rows(statements_[kLoadEndorsements], sum);
    if (!endorsements) return unexpected(endorsements.error());
    contents.endorsements = std::move(*endorsements);
    auto blocks = blobs(statements_[kLoadBlocks], kBlocks, sum);
    if (!blocks) return unexpected(blocks.error());
    contents.blocks = std::move(*blocks);
    if (auto done = load_doubts(contents, sum); !done) return unexpected(done.error());
    if (sum.value() != sum_.value() || mark_.sequence() > sequence_) return damaged();
    return contents;
}

Result<void, IoError> Inbox::load_doubts(InboxContents& contents, RowSum& sum) {
    Statement& doubts = statements_[kLoadDoubts];
    doubts.reset();
    for (;;) {
        const auto row = doubts.step();
        if (!row) return unexpected(row.error());
        if (!*row) return {};
        sum.fold(doubts, kDoubts);
        const auto cluster = ClusterId::parse(doubts.text_at(0));
        if (doubts.text_at(0) == kAll) contents.all_in_doubt = true;
        if (cluster) contents.doubts[*cluster] = static_cast<Window>(doubts.int_at(1));
    }
}

// Continues the count of the mark, because the mark still holds the old file's sequence.
Result<std::filesystem::path, IoError> Inbox::begin_anew(const std::filesystem::path& file,
                                                         std::int64_t real_ms) {
    const std::filesystem::path fresh = file.string() + ".new";
    if (auto done = remove_database(fresh); !done) return unexpected(done.error());
    {
        auto database = Database::open(fresh, kInboxKind);
        if (!database) return unexpected(database.error());
        auto mark = SequenceMark::open(mark_of(file));
        if (!mark) return unexpected(mark.error());
        const std::uint64_t reached = mark->sequence();
        Inbox inbox(std::move(*database), std::move(*mark), fresh);
        auto done = inbox.prepare();
        inbox.sequence_ = reached;
        if (done) done = inbox.begin();
        if (done) done = inbox.put_doubt(kAll, 0);
        if (done) done = inbox.commit();
        if (!done) return unexpected(done.error());
    }
    return replace_database(fresh, file, real_ms);
}

InboxContents Inbox::salvage(const std::filesystem::path& file) {
    InboxContents contents;
    auto database = Database::open_read_only(file, kInboxKind, DatabaseMark::may_be_damaged);
    if (!database) return contents;
    for (const auto& [sql, rows] :
         {std::pair{kLoadReadings, &contents.readings}, std::pair{kLoadBlocks, &contents.blocks}}) {
        auto select = database->prepare(kSql[sql]);
        const int column = sql == kLoadReadings ? kReadings.content : kBlocks.content;
        while (select) {
            const auto row = select->step();
            if (!row || !*row) break;
            rows->push_back(to_bytes(select->blob_at(column)));
        }
    }
    return contents;
}

}  // namespace fairfeed
