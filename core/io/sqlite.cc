#include "core/io/sqlite.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <string>

#include "core/io/file.h"
#include "core/io/file_access.h"
#include "core/io/sqlite_text.h"

namespace fairfeed {
namespace {

constexpr int kBusyTimeoutMs = 5000;

// Our statements and values are constant and correct, so a contradiction comes from the file.
bool is_damage(int extended_code) {
    switch (extended_code & 0xff) {
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
        case SQLITE_ERROR:  // a table or a column is missing
        case SQLITE_CONSTRAINT:
        case SQLITE_MISMATCH:
        case SQLITE_FORMAT:
            return true;
        default:
            return false;
    }
}

// SQLite's messages name neither the owner of a file nor the account without access.
std::string access_words(const char* file, int extended_code) {
    const int code = extended_code & 0xff;
    const bool kept_out = code == SQLITE_CANTOPEN || code == SQLITE_READONLY || code == SQLITE_PERM;
    if (!kept_out || file == nullptr || *file == '\0') return "";
    const auto fault = access_fault(file);
    return fault ? ": " + *fault : "";
}

IoError error_of(sqlite3* handle, std::string_view action) {
    const char* file = sqlite3_db_filename(handle, "main");
    std::string message(action);
    if (file != nullptr && *file != '\0') message.append(" in '").append(file).append("'");
    const std::string said = printable(sqlite3_errmsg(handle));
    message.append(": ").append(said);
    const int code = sqlite3_extended_errcode(handle);
    const std::string_view kind = sqlite3_errstr(code);
    if (kind != said) message.append(" (").append(kind).append(")");
    message.append(access_words(file, code));
    return IoError{std::move(message), is_damage(code)};
}

// SQLite returns the handle even if opening failed.
int open_handle(const std::string& uri, int flags, sqlite3** handle) {
    constexpr int kAlways = SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    return sqlite3_open_v2(uri.c_str(), handle, flags | kAlways, nullptr);
}

// Creates the file with our mode before SQLite opens it; the -wal and -shm files inherit the mode.
Result<void, IoError> create_private(const std::filesystem::path& file) {
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0) return unexpected(io_error_of_file("open database", file));
    ::close(descriptor);
    return {};
}

}  // namespace

void Database::Close::operator()(sqlite3* handle) const {
    sqlite3_close_v2(handle);
}

Result<Database, IoError> Database::open(const std::filesystem::path& file,
                                         const DatabaseKind& kind) {
    CHECK(kind.application_id != 0);
    if (auto created = create_private(file); !created) return unexpected(created.error());
    sqlite3* handle = nullptr;
    const int code = open_handle(uri_of(file, "?psow=0"), SQLITE_OPEN_READWRITE, &handle);
    Database database(handle);
    if (code != SQLITE_OK) return unexpected(error_of(handle, "open database"));
    if (auto accepted = database.accept_kind(kind, true); !accepted)
        return unexpected(accepted.error());
    if (auto configured = database.configure(true); !configured)
        return unexpected(configured.error());
    return database;
}

namespace {

// A running writer has a log beside the file, and a killed writer left one. A file without a log is
// complete, and reading it needs no further files.
std::string_view how_to_read(const std::filesystem::path& file) {
    std::error_code ignored;
    const bool has_log = std::filesystem::exists(file.string() + "-wal", ignored);
    return has_log ? "?psow=0" : "?immutable=1";
}

}  // namespace

Result<Database, IoError> Database::open_read_only(const std::filesystem::path& file,
                                                   const DatabaseKind& kind, DatabaseMark mark) {
    sqlite3* handle = nullptr;
    const int code = open_handle(uri_of(file, how_to_read(file)), SQLITE_OPEN_READONLY, &handle);
    Database database(handle);
    if (code != SQLITE_OK)
        return unexpected(IoError{"open database '" + file.string() +
                                  "': " + printable(sqlite3_errmsg(handle)) +
                                  access_words(file.c_str(), code)});
    const auto accepted = database.accept_kind(kind, false);
    const bool saving =
        mark == DatabaseMark::may_be_damaged && !accepted && accepted.error().damage;
    if (!accepted && !saving) return unexpected(accepted.error());
    if (auto configured = database.configure(false); !configured)
        return unexpected(configured.error());
    return database;
}

Result<void, IoError> Database::configure(bool writable) {
    sqlite3* handle = handle_.get();
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_busy_timeout(handle, kBusyTimeoutMs);
    for (const std::string_view setting :
         {"PRAGMA foreign_keys = ON", "PRAGMA trusted_schema = OFF", "PRAGMA cell_size_check = ON"})
        if (auto done = execute(setting); !done) return done;
    if (!writable) return execute("PRAGMA query_only = ON");
    for (const std::string_view setting : {"PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL",
                                           "PRAGMA journal_size_limit = 16777216"})
        if (auto done = execute(setting); !done) return done;
    const auto level = single_int("PRAGMA synchronous");
    if (!level) return unexpected(level.error());
    CHECK(*level == 2);
    return {};
}

Result<void, IoError> Database::accept_kind(const DatabaseKind& kind, bool writable) {
    sqlite3_busy_timeout(handle_.get(), kBusyTimeoutMs);
    const auto id = single_int("PRAGMA application_id");
    if (!id) return unexpected(id.error());
    const auto version = single_int("PRAGMA user_version");
    if (!version) return unexpected(version.error());
    const auto tables = single_int("SELECT count(*) FROM sqlite_schema");
    if (!tables) return unexpected(tables.error());
    const std::string name = std::string("'") + sqlite3_db_filename(handle_.get(), "main") + "'";
    const std::string what(kind.what);
    if (*id == 0 && *version == 0 && *tables == 0) {
        if (writable) return lay_out(kind);
        return unexpected(IoError{name + " is an empty database, not " + what});
    }
    const auto same = is_laid_out_as(kind);
    if (!same) return unexpected(same.error());
    const bool marked = *id == kind.application_id && *version == kind.schema_version;
    if (marked && *same) return {};
    if (marked)
        return unexpected(IoError{name + " is damaged: its tables are not those of " + what, true});
    if (*same)
        return unexpected(IoError{name + " has the tables of " + what +
                                      " and a damaged mark in its header (application id " +
                                      hex32(*id) + ", version " + std::to_string(*version) + ")",
                                  true});
    if (*id != kind.application_id)
        return unexpected(IoError{name + " is not " + what + ": its application id is " +
                                  hex32(*id) + ", not " + hex32(kind.application_id) +
                                  "; move it away"});
    return unexpected(IoError{name + " is " + what + " of schema version " +
                              std::to_string(*version) + "; this program reads version " +
                              std::to_string(kind.schema_version) +
                              ": use the program that wrote it, or move it away"});
}

Result<bool, IoError> Database::is_laid_out_as(const DatabaseKind& kind) {
    sqlite3* handle = nullptr;
    const int code = open_handle("file::memory:", SQLITE_OPEN_READWRITE, &handle);
    Database right(handle);
    if (code != SQLITE_OK) return unexpected(error_of(handle, "open a database in memory"));
    if (auto done = right.lay_out(kind); !done) return unexpected(done.error());
    const auto wanted = right.layout();
    if (!wanted) return unexpected(wanted.error());
    const auto found = layout();
    if (!found) return unexpected(found.error());
    return *found == *wanted;
}

Result<std::string, IoError> Database::layout() {
    auto select = prepare("SELECT type, name, sql FROM sqlite_schema ORDER BY type, name");
    if (!select) return unexpected(select.error());
    std::string out;
    while (true) {
        const auto row = select->step();
        if (!row) return unexpected(row.error());
        if (!*row) return out;
        for (int column = 0; column < 3; ++column)
            out.append(select->text_at(column)).push_back('\0');
    }
}

Result<void, IoError> Database::lay_out(const DatabaseKind& kind) {
    auto transaction = WriteTransaction::begin(*this);
    if (!transaction) return unexpected(transaction.error());
    const std::string script = std::string(kind.schema) +
                               ";PRAGMA application_id = " + std::to_string(kind.application_id) +
                               ";PRAGMA user_version = " + std::to_string(kind.schema_version);
    if (sqlite3_exec(handle_.get(), script.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
        return unexpected(error_of(handle_.get(), "lay out " + std::string(kind.what)));
    return transaction->commit();
}

Result<Statement, IoError> Database::prepare(std::string_view sql) {
    sqlite3_stmt* statement = nullptr;
    const char* rest = nullptr;
    const int code = sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &statement, &rest);
    Statement prepared(statement);
    if (code != SQLITE_OK || statement == nullptr)
        return unexpected(error_of(handle_.get(), "prepare '" + std::string(sql) + "'"));
    return prepared;
}

Result<void, IoError> Database::execute(std::string_view sql) {
    auto statement = prepare(sql);
    if (!statement) return unexpected(statement.error());
    return statement->run();
}

Result<std::int64_t, IoError> Database::single_int(std::string_view sql) {
    auto statement = prepare(sql);
    if (!statement) return unexpected(statement.error());
    const auto row = statement->step();
    if (!row) return unexpected(row.error());
    return *row ? statement->int_at(0) : 0;
}

Result<void, IoError> Database::check_whole() {
    const std::string name = sqlite3_db_filename(handle_.get(), "main");
    auto pages = prepare("PRAGMA integrity_check(1)");
    if (!pages) return unexpected(pages.error());
    const auto verdict = pages->step();
    if (!verdict) return unexpected(verdict.error());
    const std::string found = *verdict ? printable(pages->text_at(0)) : "no verdict";
    if (found != "ok") return unexpected(IoError{"'" + name + "' is damaged: " + found, true});
    auto references = prepare("PRAGMA foreign_key_check");
    if (!references) return unexpected(references.error());
    const auto broken = references->step();
    if (!broken) return unexpected(broken.error());
    if (*broken)
        return unexpected(IoError{"'" + name + "' is damaged: a row of table '" +
                                      printable(references->text_at(0)) +
                                      "' refers to a missing row",
                                  true});
    return {};
}

Result<void, IoError> Database::back_up_to(const std::filesystem::path& file) const {
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor < 0) return unexpected(io_error_from_errno("create '" + file.string() + "'"));
    ::close(descriptor);
    auto done = copy_to(file);
    if (!done) ::unlink(file.c_str());
    return done;
}

// All pages in one step: a copy in several steps would start again at each write in between.
Result<void, IoError> Database::copy_to(const std::filesystem::path& file) const {
    sqlite3* handle = nullptr;
    const int code = open_handle(uri_of(file, "?psow=0"), SQLITE_OPEN_READWRITE, &handle);
    const Database copy(handle);
    if (code != SQLITE_OK) return unexpected(error_of(handle, "open database"));
    sqlite3_backup* backup = sqlite3_backup_init(handle, "main", handle_.get(), "main");
    if (backup == nullptr) return unexpected(error_of(handle, "copy database"));
    const int copied = sqlite3_backup_step(backup, -1);
    sqlite3_backup_finish(backup);
    if (copied != SQLITE_DONE)
        return unexpected(
            IoError{"copy database to '" + file.string() + "': " + sqlite3_errstr(copied),
                    is_damage(copied)});
    return sync_directory_of(file);
}

std::int64_t Database::last_insert_id() const {
    return sqlite3_last_insert_rowid(handle_.get());
}
std::int64_t Database::changed_rows() const {
    return sqlite3_changes64(handle_.get());
}

void Statement::Finalise::operator()(sqlite3_stmt* statement) const {
    sqlite3_finalize(statement);
}

void Statement::bind_at(int index, std::int64_t value) {
    CHECK(sqlite3_bind_int64(statement_.get(), index, value) == SQLITE_OK);
}

void Statement::bind_at(int index, std::string_view text) {
    const char* data = text.data() != nullptr ? text.data() : "";
    CHECK(sqlite3_bind_text64(statement_.get(), index, data, text.size(), SQLITE_TRANSIENT,
                              SQLITE_UTF8) == SQLITE_OK);
}

void Statement::bind_at(int index, ByteView blob) {
    // A null pointer would bind NULL instead of an empty blob.
    const void* data = blob.empty() ? "" : static_cast<const void*>(blob.data());
    CHECK(sqlite3_bind_blob64(statement_.get(), index, data, blob.size(), SQLITE_TRANSIENT) ==
          SQLITE_OK);
}

void Statement::bind_at(int index, std::nullptr_t) {
    CHECK(sqlite3_bind_null(statement_.get(), index) == SQLITE_OK);
}

Result<bool, IoError> Statement::step() {
    const int code = sqlite3_step(statement_.get());
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) {
        reset();
        return false;
    }
    const IoError error = error_of(sqlite3_db_handle(statement_.get()),
                                   std::string("run '") + sqlite3_sql(statement_.get()) + "'");
    reset();
    return unexpected(error);
}

Result<void, IoError> Statement::finish() {
    while (true) {
        const auto row = step();
        if (!row) return unexpected(row.error());
        if (!*row) return {};
    }
}

void Statement::reset() {
    sqlite3_reset(statement_.get());
}

void Statement::release() {
    reset();
    sqlite3_clear_bindings(statement_.get());
}

bool Statement::is_null(int column) const {
    return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

std::int64_t Statement::int_at(int column) const {
    return sqlite3_column_int64(statement_.get(), column);
}

std::string_view Statement::text_at(int column) const {
    const unsigned char* text = sqlite3_column_text(statement_.get(), column);
    if (text == nullptr) return {};
    const int size = sqlite3_column_bytes(statement_.get(), column);
    return {reinterpret_cast<const char*>(text), static_cast<std::size_t>(size)};
}

ByteView Statement::blob_at(int column) const {
    const void* blob = sqlite3_column_blob(statement_.get(), column);
    if (blob == nullptr) return {};
    const int size = sqlite3_column_bytes(statement_.get(), column);
    return {static_cast<const std::uint8_t*>(blob), static_cast<std::size_t>(size)};
}

Result<WriteTransaction, IoError> WriteTransaction::begin(Database& database) {
    if (auto begun = database.execute("BEGIN IMMEDIATE"); !begun) return unexpected(begun.error());
    return WriteTransaction(database);
}

WriteTransaction::WriteTransaction(WriteTransaction&& other) noexcept
    : database_(std::exchange(other.database_, nullptr)) {}

WriteTransaction::~WriteTransaction() {
    // A failed rollback needs no handling: the error that led here ends the process.
    if (database_ != nullptr) (void)database_->execute("ROLLBACK");
}

Result<void, IoError> WriteTransaction::commit() {
    CHECK(database_ != nullptr);
    auto done = database_->execute("COMMIT");
    if (done) database_ = nullptr;
    return done;
}

}  // namespace fairfeed
