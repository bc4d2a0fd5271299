#include "core/ledger/ledger.h"

#include <utility>

#include "core/ledger/schema.h"

namespace fairfeed {
namespace {

constexpr DatabaseKind kLedgerKind{.what = "a ledger",
                                   .application_id = kLedgerApplicationId,
                                   .schema_version = kLedgerSchemaVersion,
                                   .schema = kLedgerSchema};

std::string at_height(Height height) {
    return "block " + std::to_string(height) + " of the ledger";
}

Unexpected<IoError> damaged(Height height, std::string_view what) {
    return unexpected(IoError{at_height(height) + " is damaged: " + std::string(what) +
                              "; restore the file from a backup or from a peer"});
}

Unexpected<IoError> foreign(const std::filesystem::path& file, std::string_view what) {
    return unexpected(IoError{file.string() + " is the ledger of another network (" +
                              std::string(what) +
                              "): name the ledger that belongs to this genesis file, or another "
                              "data directory"});
}

}  // namespace

struct Ledger::Store {
    Database database;
    Statement insert_block;
    Statement insert_transaction;
    Statement insert_commit;
    Statement select_block;
    Statement select_certificate;
    Statement select_commit;
    Statement select_transaction;
    Digest network;
    Height height = 0;

    [[nodiscard]] static Result<std::unique_ptr<Store>, IoError> prepare(Database database);
    [[nodiscard]] Result<std::optional<Digest>, IoError> stored_network();
    [[nodiscard]] Result<std::optional<Height>, IoError> stored_height();
    [[nodiscard]] Result<void, IoError> insert(const Block& block, const Bytes* certificate);
    [[nodiscard]] Result<void, IoError> lay_foundation(const LoadedGenesis& genesis);
    [[nodiscard]] Result<void, IoError> load_tip(const std::filesystem::path& file);
};

Result<std::unique_ptr<Ledger::Store>, IoError> Ledger::Store::prepare(Database database) {
    constexpr std::string_view kSql[] = {
        "INSERT INTO blocks (height, id, time_ms, body, certificate) VALUES (?1, ?2, ?3, ?4, ?5)",
        "INSERT INTO transactions (id, height, position) VALUES (?1, ?2, ?3)",
        "INSERT INTO commits (height, committed_at_ms) VALUES (?1, ?2)",
        "SELECT id, time_ms, body, certificate FROM blocks WHERE height = ?1",
        "SELECT certificate FROM blocks WHERE height = ?1",
        "SELECT committed_at_ms FROM commits WHERE height = ?1",
        "SELECT height FROM transactions WHERE id = ?1",
    };
    std::vector<Statement> ready;
    for (const std::string_view sql : kSql) {
        auto statement = database.prepare(sql);
        if (!statement) return unexpected(statement.error());
        ready.push_back(std::move(*statement));
    }
    return std::unique_ptr<Store>(new Store{.database = std::move(database),
                                            .insert_block = std::move(ready[0]),
                                            .insert_transaction = std::move(ready[1]),
                                            .insert_commit = std::move(ready[2]),
                                            .select_block = std::move(ready[3]),
                                            .select_certificate = std::move(ready[4]),
                                            .select_commit = std::move(ready[5]),
                                            .select_transaction = std::move(ready[6]),
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

Result<std::optional<Height>, IoError> Ledger::Store::stored_height() {
    auto select = database.prepare("SELECT max(height) FROM blocks");
    if (!select) return unexpected(select.error());
    const auto row = select->step();
    if (!row) return unexpected(row.error());
    if (!*row || select->is_null(0)) return std::optional<Height>();
    return std::optional<Height>(static_cast<Height>(select->int_at(0)));
}

Result<void, IoError> Ledger::Store::insert(const Block& block, const Bytes* certificate) {
    const Height at = block.header.height;
    const Bytes body = encode_block(block);
    insert_block.bind(at, block_id(block.header), block.header.time_ms, body, nullptr);
    if (certificate != nullptr) insert_block.bind_at(5, *certificate);
    if (auto done = insert_block.step(); !done) return unexpected(done.error());
    for (std::size_t i = 0; i < block.transactions.size(); ++i)
        if (auto done = insert_transaction.run(block.transactions[i].id, at, i); !done) return done;
    return {};
}

Result<void, IoError> Ledger::Store::lay_foundation(const LoadedGenesis& genesis) {
    auto transaction = WriteTransaction::begin(database);
    if (!transaction) return unexpected(transaction.error());
    auto insert_network = database.prepare("INSERT INTO network (id) VALUES (?1)");
    if (!insert_network) return unexpected(insert_network.error());
    if (auto done = insert_network->run(genesis.network); !done) return done;
    if (auto done = insert(genesis.block.block, nullptr); !done) return done;
    return transaction->commit();
}

Result<void, IoError> Ledger::Store::load_tip(const std::filesystem::path& file) {
    const auto tip = stored_height();
    if (!tip) return unexpected(tip.error());
    if (!*tip)
        return unexpected(IoError{file.string() +
                                  " holds no blocks: it was damaged; restore it from a backup, or "
                                  "move it away and let the node catch up from its peers"});
    height = **tip;
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
        return foreign(file, short_hex(**network) + ", not " + short_hex(genesis.network));
    }
    (*store)->network = genesis.network;
    if (auto done = (*store)->load_tip(file); !done) return unexpected(done.error());
    Ledger ledger(std::move(*store));
    const auto first = ledger.block(0);
    if (!first) return unexpected(first.error());
    if (!*first) return damaged(0, "it is missing");
    if ((*first)->block != genesis.block.block) return foreign(file, "its block 0 is another one");
    return ledger;
}

Result<Ledger, IoError> Ledger::open_read_only(const std::filesystem::path& file,
                                               const Digest& network) {
    auto database = Database::open_read_only(file, kLedgerKind);
    if (!database) return unexpected(database.error());
    auto store = Store::prepare(std::move(*database));
    if (!store) return unexpected(store.error());
    const auto found = (*store)->stored_network();
    if (!found) return unexpected(found.error());
    if (!*found) return unexpected(IoError{file.string() + " is an empty ledger: nothing to read"});
    if (**found != network)
        return foreign(file, short_hex(**found) + ", not " + short_hex(network));
    (*store)->network = network;
    if (auto done = (*store)->load_tip(file); !done) return unexpected(done.error());
    return Ledger(std::move(*store));
}

Result<void, IoError> Ledger::commit(const Block& block, const Certificate& certificate,
                                     std::int64_t committed_at_ms) {
    CHECK(block.header.height == store_->height + 1);
    auto transaction = WriteTransaction::begin(store_->database);
    if (!transaction) return unexpected(transaction.error());
    const Bytes witness = encode_certificate(certificate);
    if (auto done = store_->insert(block, &witness); !done) return done;
    if (auto done = store_->insert_commit.run(block.header.height, committed_at_ms); !done)
        return done;
    if (auto done = transaction->commit(); !done) return done;
    store_->height = block.header.height;
    return {};
}

Height Ledger::height() const {
    return store_->height;
}

Result<std::optional<CommittedBlock>, IoError> Ledger::block(Height height) const {
    Statement& select = store_->select_block;
    const auto row = select.bind(height).step();
    if (!row) return unexpected(row.error());
    if (!*row) return std::optional<CommittedBlock>();
    const auto block = decode_block(select.blob_at(2), store_->network);
    if (!block) return damaged(height, "its bytes are " + std::string(to_string(block.error())));
    const auto id = Digest::from(select.blob_at(0));
    if (id != block_id(block->header)) return damaged(height, "its id is not that of its bytes");
    if (select.int_at(1) != block->header.time_ms)
        return damaged(height, "its time is not that of its bytes");
    CommittedBlock out{.block = *block, .certificate = {}};
    if (select.is_null(3)) {
        select.reset();
        if (height != 0) return damaged(height, "its certificate is missing");
        return std::optional(std::move(out));
    }
    const auto certificate = decode_certificate(select.blob_at(3));
    select.reset();
    if (!certificate)
        return damaged(height, "its certificate is " + std::string(to_string(certificate.error())));
    out.certificate = *certificate;
    return std::optional(std::move(out));
}

Result<std::optional<Certificate>, IoError> Ledger::certificate(Height height) const {
    Statement& select = store_->select_certificate;
    const auto row = select.bind(height).step();
    if (!row) return unexpected(row.error());
    if (!*row || select.is_null(0)) return std::optional<Certificate>();
    const auto certificate = decode_certificate(select.blob_at(0));
    select.reset();
    if (!certificate)
        return damaged(height, "its certificate is " + std::string(to_string(certificate.error())));
    return std::optional(*certificate);
}

Result<std::optional<std::int64_t>, IoError> Ledger::committed_at_ms(Height height) const {
    Statement& select = store_->select_commit;
    const auto row = select.bind(height).step();
    if (!row) return unexpected(row.error());
    if (!*row) return std::optional<std::int64_t>();
    const std::int64_t at = select.int_at(0);
    select.reset();
    return std::optional(at);
}

Result<std::optional<Height>, IoError> Ledger::find_transaction(const Digest& id) const {
    Statement& select = store_->select_transaction;
    const auto row = select.bind(id).step();
    if (!row) return unexpected(row.error());
    if (!*row) return std::optional<Height>();
    const auto height = static_cast<Height>(select.int_at(0));
    select.reset();
    return std::optional(height);
}

}  // namespace fairfeed
