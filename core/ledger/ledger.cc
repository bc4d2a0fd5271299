#include "core/ledger/ledger.h"

#include <utility>

#include "core/ledger/ledger_sql.h"
#include "core/ledger/schema.h"
#include "core/wire/chain_codec.h"
#include "core/wire/genesis_file_codec.h"

namespace fairfeed {
namespace {

std::string at_height(Height height) {
    return "block " + std::to_string(height) + " of the ledger";
}

Unexpected<IoError> damaged(Height height, std::string_view what) {
    return unexpected(IoError{at_height(height) + " is damaged: " + std::string(what), true});
}

Unexpected<IoError> foreign(const std::filesystem::path& file, std::string_view what) {
    return unexpected(IoError{file.string() + " is the ledger of another network (" +
                              std::string(what) +
                              "): name the ledger that belongs to this genesis file, or another "
                              "data directory"});
}

// A row of blocks with its commit record, not checked yet.
struct StoredBlock {
    std::optional<Digest> id;
    std::int64_t time_ms = 0;
    Bytes body;
    std::optional<Bytes> certificate;
    std::optional<std::int64_t> committed_at_ms;
    std::optional<Digest> body_hash;
    std::optional<Digest> note_hash;
};

// The commit time; nullopt if its hash does not match.
std::optional<std::int64_t> sound_note(const StoredBlock& row) {
    if (!row.certificate || !row.committed_at_ms) return std::nullopt;
    const bool sound = row.note_hash == stored_note_hash(*row.certificate, *row.committed_at_ms);
    return sound ? row.committed_at_ms : std::nullopt;
}

}  // namespace

struct Ledger::Store {
    Database database;
    std::vector<Statement> statements;
    Digest network;
    Height height = 0;

    [[nodiscard]] static Result<std::unique_ptr<Store>, IoError> prepare(Database database);
    [[nodiscard]] static Result<std::unique_ptr<Store>, IoError> read_only(
        const std::filesystem::path& file, DatabaseMark mark);
    [[nodiscard]] Result<std::optional<Digest>, IoError> stored_network();
    [[nodiscard]] Result<std::optional<Height>, IoError> stored_height();
    [[nodiscard]] Result<void, IoError> insert(const Block& block, const Bytes* certificate,
                                               std::int64_t committed_at_ms);
    [[nodiscard]] Result<std::optional<StoredBlock>, IoError> stored_block(Height at);
    [[nodiscard]] Result<void, IoError> lay_foundation(const LoadedGenesis& genesis);
    [[nodiscard]] Result<void, IoError> load_tip(const std::filesystem::path& file);
    [[nodiscard]] bool is_of(const Digest& other);
    [[nodiscard]] Result<std::optional<Height>, IoError> height_by(Sql select, const Digest& id);
    [[nodiscard]] Result<void, IoError> examine_index(const Block& block);
};

Result<std::unique_ptr<Ledger::Store>, IoError> Ledger::Store::prepare(Database database) {
    std::vector<Statement> statements;
    for (const std::string_view sql : kSql) {
        auto statement = database.prepare(sql);
        if (!statement) return unexpected(statement.error());
        statements.push_back(std::move(*statement));
    }
    return std::unique_ptr<Store>(new Store{.database = std::move(database),
                                            .statements = std::move(statements),
                                            .network = {},
                                            .height = 0});
}

Result<std::optional<Digest>, IoError> Ledger::Store::stored_network() {
    auto select = database.prepare("SELECT id FROM network");
    if (!select) return unexpected(select.error());
    const auto row = select->step();
    if (!row) return unexpected(row.error());
    if (!*row) return std::optional<Digest>();
    return Digest::from(select->blob_at(0));
}

Result<std::unique_ptr<Ledger::Store>, IoError> Ledger::Store::read_only(
    const std::filesystem::path& file, DatabaseMark mark) {
    auto database = Database::open_read_only(file, kLedgerKind, mark);
    if (!database) return unexpected(database.error());
    auto store = prepare(std::move(*database));
    if (!store) return store;
    const auto found = (*store)->stored_network();
    if (!found) return unexpected(found.error());
    if (!*found) return unexpected(IoError{file.string() + " is an empty ledger: nothing to read"});
    (*store)->network = **found;
    return store;
}

Result<std::optional<Height>, IoError> Ledger::Store::stored_height() {
    auto select = database.prepare("SELECT max(height) FROM blocks");
    if (!select) return unexpected(select.error());
    const auto row = select->step();
    if (!row) return unexpected(row.error());
    if (!*row || select->is_null(0)) return std::optional<Height>();
    return std::optional<Height>(static_cast<Height>(select->int_at(0)));
}

Result<void, IoError> Ledger::Store::insert(const Block& block, const Bytes* certificate,
                                            std::int64_t committed_at_ms) {
    const Height at = block.header.height;
    const Bytes body = encode_block(block);
    Statement& put =
        statements[kPutBlock].bind(at, block_id(block.header), block.header.time_ms, body, nullptr);
    if (certificate != nullptr) put.bind_at(5, *certificate);
    if (auto done = put.step(); !done) return unexpected(done.error());
    put.release();  // a block is large
    for (std::size_t i = 0; i < block.transactions.size(); ++i) {
        auto done = statements[kPutTransaction].run(block.transactions[i].id, at, i);
        if (!done) return done;
    }
    if (certificate == nullptr) return {};
    return statements[kPutCommit].run(at, committed_at_ms, stored_body_hash(body),
                                      stored_note_hash(*certificate, committed_at_ms));
}

Result<std::optional<StoredBlock>, IoError> Ledger::Store::stored_block(Height at) {
    Statement& select = statements[kSelectBlock];
    const auto row = select.bind(at).step();
    if (!row) return unexpected(row.error());
    if (!*row) return std::optional<StoredBlock>();
    StoredBlock out;
    out.id = Digest::from(select.blob_at(0));
    out.time_ms = select.int_at(1);
    out.body = to_bytes(select.blob_at(2));
    if (!select.is_null(3)) out.certificate = to_bytes(select.blob_at(3));
    if (!select.is_null(4)) out.committed_at_ms = select.int_at(4);
    out.body_hash = Digest::from(select.blob_at(5));
    out.note_hash = Digest::from(select.blob_at(6));
    select.reset();
    return std::optional(std::move(out));
}

Result<void, IoError> Ledger::Store::lay_foundation(const LoadedGenesis& genesis) {
    auto transaction = WriteTransaction::begin(database);
    if (!transaction) return unexpected(transaction.error());
    auto insert_network = database.prepare("INSERT INTO network (id) VALUES (?1)");
    if (!insert_network) return unexpected(insert_network.error());
    if (auto done = insert_network->run(genesis.network); !done) return done;
    if (auto done = insert(genesis.block.block, nullptr, 0); !done) return done;
    return transaction->commit();
}

// Distinguishes another network's ledger from a damaged one of our own network.
bool Ledger::Store::is_of(const Digest& other) {
    const auto first = stored_block(0);
    if (!first || !*first) return false;
    const auto block = decode_block((*first)->body, other);
    return block && block->header.network == other;
}

Result<void, IoError> Ledger::Store::load_tip(const std::filesystem::path& file) {
    const auto tip = stored_height();
    if (!tip) return unexpected(tip.error());
    if (!*tip) return unexpected(IoError{file.string() + " is damaged: it holds no blocks", true});
    height = **tip;
    return {};
}

Result<std::optional<Height>, IoError> Ledger::Store::height_by(Sql select, const Digest& id) {
    Statement& statement = statements[select];
    const auto row = statement.bind(id).step();
    if (!row) return unexpected(row.error());
    if (!*row) return std::optional<Height>();
    const auto found = static_cast<Height>(statement.int_at(0));
    statement.reset();
    return std::optional(found);
}

// Follows the index from each transaction to the block, and from the block to its transactions.
Result<void, IoError> Ledger::Store::examine_index(const Block& block) {
    const Height at = block.header.height;
    Statement& places = statements[kSelectPlaces].bind(at);
    std::int64_t position = 0;
    for (const Transaction& transaction : block.transactions) {
        const auto found = height_by(kSelectTransaction, transaction.id);
        if (!found) return unexpected(found.error());
        const auto place = places.step();
        if (!place) return unexpected(place.error());
        if (*found != at || !*place || Digest::from(places.blob_at(0)) != transaction.id ||
            places.int_at(1) != position++) {
            places.reset();
            return damaged(at, "the index does not find its transactions");
        }
    }
    const auto more = places.step();
    if (!more) return unexpected(more.error());
    places.reset();
    if (*more) return damaged(at, "the index lists transactions that the block does not hold");
    return {};
}

Ledger::Ledger(std::unique_ptr<Store> store) : store_(std::move(store)) {}
Ledger::Ledger(Ledger&&) noexcept = default;
Ledger& Ledger::operator=(Ledger&&) noexcept = default;
Ledger::~Ledger() = default;

Result<Ledger, IoError> Ledger::open(const std::filesystem::path& file,
                                     const LoadedGenesis& genesis) {
    auto database = Database::open(file, kLedgerKind);
    if (!database) return unexpected(database.error());
    auto store = Store::prepare(std::move(*database));
    if (!store) return unexpected(store.error());
    const auto network = (*store)->stored_network();
    if (!network) return unexpected(network.error());
    if (!*network) {
        if (auto done = (*store)->lay_foundation(genesis); !done) return unexpected(done.error());
    } else if (**network != genesis.network) {
        if (!(*store)->is_of(**network)) return damaged(0, "it is not of the ledger's network");
        return foreign(file, short_hex(**network) + ", not " + short_hex(genesis.network));
    }
    (*store)->network = genesis.network;
    if (auto done = (*store)->load_tip(file); !done) return unexpected(done.error());
    Ledger ledger(std::move(*store));
    const auto first = ledger.block(0);
    if (!first) return unexpected(first.error());
    if (!*first) return damaged(0, "it is missing");
    if (block_id((*first)->block.header) != block_id(genesis.block.block.header))
        return foreign(file, "its block 0 is another one");
    if ((*first)->block != genesis.block.block)
        return damaged(0, "it differs from the genesis file");
    return ledger;
}

Result<Ledger, IoError> Ledger::open_read_only(const std::filesystem::path& file,
                                               const Digest& network, DatabaseMark mark) {
    auto store = Store::read_only(file, mark);
    if (!store) return unexpected(store.error());
    const Digest& found = (*store)->network;
    if (found != network) return foreign(file, short_hex(found) + ", not " + short_hex(network));
    if (auto done = (*store)->load_tip(file); !done) return unexpected(done.error());
    return Ledger(std::move(*store));
}

Result<Digest, IoError> Ledger::network_of(const std::filesystem::path& file) {
    const auto store = Store::read_only(file, DatabaseMark::fits);
    if (!store) return unexpected(store.error());
    return (*store)->network;
}

Result<void, IoError> Ledger::commit(const Block& block, const QuorumCertificate& certificate,
                                     std::int64_t committed_at_ms) {
    auto transaction = WriteTransaction::begin(store_->database);
    if (!transaction) return unexpected(transaction.error());
    CHECK(block.header.height == store_->height + 1);
    const Bytes witness = encode_certificate(certificate);
    if (auto done = store_->insert(block, &witness, committed_at_ms); !done) return done;
    if (auto done = transaction->commit(); !done) return done;
    store_->height = block.header.height;
    return {};
}

Result<void, IoError> Ledger::commit_all(const std::vector<DatedBlock>& blocks) {
    auto transaction = WriteTransaction::begin(store_->database);
    if (!transaction) return unexpected(transaction.error());
    Height height = store_->height;
    for (const auto& [committed, committed_at_ms] : blocks) {
        CHECK(committed.block.header.height == ++height);
        const Bytes witness = encode_certificate(committed.certificate);
        if (auto done = store_->insert(committed.block, &witness, committed_at_ms); !done)
            return done;
    }
    if (auto done = transaction->commit(); !done) return done;
    store_->height = height;
    return {};
}

Result<void, IoError> Ledger::mend(const CommittedBlock& committed, std::int64_t mended_at_ms) {
    const Height at = committed.block.header.height;
    CHECK(at >= 1 && at <= store_->height);
    const auto stored = store_->stored_block(at);
    const auto noted = stored && *stored ? sound_note(**stored) : std::nullopt;
    auto transaction = WriteTransaction::begin(store_->database);
    if (!transaction) return unexpected(transaction.error());
    if (auto done = store_->statements[kForgetTransactions].run(at); !done) return done;
    const Bytes witness = encode_certificate(committed.certificate);
    if (auto done = store_->insert(committed.block, &witness, noted.value_or(mended_at_ms)); !done)
        return done;
    return transaction->commit();
}

Height Ledger::height() const {
    return store_->height;
}

Result<std::optional<CommittedBlock>, IoError> Ledger::block(Height height) const {
    const auto stored = store_->stored_block(height);
    if (!stored) return unexpected(stored.error());
    if (!*stored) return std::optional<CommittedBlock>();
    const StoredBlock& row = **stored;
    const auto block = decode_block(row.body, store_->network);
    if (!block) return damaged(height, "its bytes are " + std::string(to_string(block.error())));
    if (row.id != block_id(block->header))
        return damaged(height, "its id is not that of its bytes");
    if (row.time_ms != block->header.time_ms)
        return damaged(height, "its time is not that of its bytes");
    if (height == 0) return std::optional(CommittedBlock{.block = *block, .certificate = {}});
    if (!row.certificate) return damaged(height, "its certificate is missing");
    if (!row.committed_at_ms) return damaged(height, "its commit record is missing");
    if (row.body_hash != stored_body_hash(row.body))
        return damaged(height, "its bytes are not what was written");
    if (!sound_note(row))
        return damaged(height, "its certificate or its commit time is not what was written");
    const auto certificate = decode_certificate(*row.certificate);
    if (!certificate)
        return damaged(height, "its certificate is " + std::string(to_string(certificate.error())));
    return std::optional(CommittedBlock{.block = *block, .certificate = *certificate});
}

Result<std::optional<QuorumCertificate>, IoError> Ledger::certificate(Height height) const {
    auto committed = block(height);
    if (!committed) return unexpected(committed.error());
    if (!*committed || height == 0) return std::optional<QuorumCertificate>();
    return std::optional(std::move((*committed)->certificate));
}

Result<std::optional<std::int64_t>, IoError> Ledger::committed_at_ms(Height height) const {
    const auto stored = store_->stored_block(height);
    if (!stored) return unexpected(stored.error());
    return *stored ? (*stored)->committed_at_ms : std::nullopt;
}

Result<std::optional<Height>, IoError> Ledger::find_transaction(const Digest& id) const {
    return store_->height_by(kSelectTransaction, id);
}

// SQLite answers from the index over the ids and reads nothing else.
Result<std::vector<Digest>, IoError> Ledger::ids(Height last) const {
    auto select = store_->database.prepare("SELECT height, id FROM blocks");
    if (!select) return unexpected(select.error());
    std::vector<Digest> ids(last + 1);
    Height found = 0;
    for (auto row = select->step(); !row || *row; row = select->step()) {
        if (!row) return unexpected(row.error());
        const auto height = static_cast<Height>(select->int_at(0));
        if (height > last) continue;
        ids[height] = Digest::from(select->blob_at(1)).value_or(Digest{});
        ++found;
    }
    if (found <= last) return damaged(found, "the index does not have it");
    return ids;
}

Result<bool, IoError> Ledger::wrote(const Block& block) const {
    const auto stored = store_->stored_block(block.header.height);
    if (!stored) return unexpected(stored.error());
    return *stored && (*stored)->body_hash == stored_body_hash(encode_block(block));
}

Result<void, IoError> Ledger::examine(Height height, const Digest& id, const Digest& parent) const {
    const auto found = block(height);
    if (!found) return unexpected(found.error());
    if (!*found) return damaged(height, "it is missing");
    const auto& [block, certificate] = **found;
    if (block.header.height != height || block_id(block.header) != id)
        return damaged(height, "it is not the block that was agreed on");
    if (block.header.parent != parent) return damaged(height, "it names another parent");
    if (block.header.transactions_root != transactions_root(block))
        return damaged(height, "its Merkle root is not that of its transactions");
    const VoteContent& content = certificate.content;
    if (content.type != VoteType::precommit || content.height != height || content.block != id)
        return damaged(height, "its certificate is about something else");
    const auto known = store_->height_by(kSelectId, id);
    if (!known) return unexpected(known.error());
    if (*known != height) return damaged(height, "the index does not find it");
    return store_->examine_index(block);
}

Result<void, IoError> Ledger::examine_index(const Block& block) const {
    return store_->examine_index(block);
}

Result<void, IoError> Ledger::back_up_to(const std::filesystem::path& file) const {
    return store_->database.back_up_to(file);
}

}  // namespace fairfeed
