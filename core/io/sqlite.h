// SQLite behind four small owners: Database, Statement, WriteTransaction and DatabaseKind. A
// database is durable by construction (WAL, synchronous FULL, psow=0: no assumption about
// power-safe overwrites) and refuses files of another kind. Bound statements only: values never
// become SQL text. Thread rule: one thread at a time per Database and its Statements. After an
// error of commit() or run() the caller ends the process: a failed fsync is not retried.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/io/io_error.h"

struct sqlite3;
struct sqlite3_stmt;

namespace fairfeed {

// The kind of a file (SQLite's application_id and user_version) and the layout of a new one.
struct DatabaseKind {
    std::string_view what;            // for people: "a ledger"
    std::int32_t application_id = 0;  // never 0: a foreign database has 0
    std::int32_t schema_version = 1;  // another version is refused, never migrated silently
    std::string_view schema;          // constant SQL script, run once, in one transaction
};

// fits: the header must carry the kind's mark. may_be_damaged: the mark may be damaged; for
// recovering content that proves itself.
enum class DatabaseMark { fits, may_be_damaged };

class Statement;

class Database {
  public:
    // Opens the file. Creates it (mode 0600) and its tables if it does not exist or is empty.
    // Errors: another kind or schema version; with `damage`: the tables are those of the kind, but
    // the mark in the header is not.
    [[nodiscard]] static Result<Database, IoError> open(const std::filesystem::path& file,
                                                        const DatabaseKind& kind);
    // For verify and show: writes nothing, works beside a running writer and on a bare copy, and
    // leaves nothing beside a file that was closed. (Beside the log of a killed writer, SQLite
    // creates its -shm.) A file without a log is read as it stands, so a writer that starts
    // meanwhile makes it look damaged.
    [[nodiscard]] static Result<Database, IoError> open_read_only(
        const std::filesystem::path& file, const DatabaseKind& kind,
        DatabaseMark mark = DatabaseMark::fits);

    // Prepare once, run often. Wrong SQL is our own bug, yet returned as an error, because the
    // file's schema may be damaged.
    [[nodiscard]] Result<Statement, IoError> prepare(std::string_view sql);
    // Runs one constant statement without values and without rows to read.
    [[nodiscard]] Result<void, IoError> execute(std::string_view sql);

    // SQLite's own check of the whole file: every page, every row, every index entry both ways,
    // every constraint and reference. An error with `damage` reports the first finding.
    [[nodiscard]] Result<void, IoError> check_whole();

    // SQLite's online backup into a new file (mode 0600): a snapshot, durable on return. Error: the
    // file exists already; after any other error the new file is removed.
    [[nodiscard]] Result<void, IoError> back_up_to(const std::filesystem::path& file) const;

    [[nodiscard]] std::int64_t last_insert_id() const;
    [[nodiscard]] std::int64_t changed_rows() const;  // by the last INSERT, UPDATE or DELETE

  private:
    struct Close {
        void operator()(sqlite3* handle) const;
    };
    explicit Database(sqlite3* handle) : handle_(handle) {}
    [[nodiscard]] Result<void, IoError> configure(bool writable);
    [[nodiscard]] Result<void, IoError> accept_kind(const DatabaseKind& kind, bool writable);
    [[nodiscard]] Result<bool, IoError> is_laid_out_as(const DatabaseKind& kind);
    [[nodiscard]] Result<std::string, IoError> layout();
    [[nodiscard]] Result<void, IoError> lay_out(const DatabaseKind& kind);
    [[nodiscard]] Result<std::int64_t, IoError> single_int(std::string_view sql);
    [[nodiscard]] Result<void, IoError> copy_to(const std::filesystem::path& file) const;
    std::unique_ptr<sqlite3, Close> handle_;
};

// A prepared statement. Parameters and columns: parameters count from 1 (?1), columns from 0.
// A view returned by a column lives until the next step(), reset() or run().
class Statement {
  public:
    // Starts over with these values for ?1, ?2, ... : int64 and smaller integers, bool, text
    // (string_view), bytes (ByteView, FixedBytes) and nullptr. Values are copied.
    template <class... Values>
    Statement& bind(const Values&... values) {
        reset();
        int index = 0;
        (bind_at(++index, values), ...);
        return *this;
    }
    void bind_at(int index, std::int64_t value);
    void bind_at(int index, std::string_view text);
    void bind_at(int index, const char* text) { bind_at(index, std::string_view(text)); }
    void bind_at(int index, const std::string& text) { bind_at(index, std::string_view(text)); }
    void bind_at(int index, ByteView blob);
    void bind_at(int index, const Bytes& blob) { bind_at(index, ByteView(blob)); }
    void bind_at(int index, std::nullptr_t);
    // An unsigned 64-bit value must fit in 63 bits: SQLite has no larger integer.
    template <std::same_as<bool> Bool>
    void bind_at(int index, Bool value) {
        bind_at(index, std::int64_t{value});
    }
    template <std::integral Integer>
    requires(!std::same_as<Integer, bool>) void bind_at(int index, Integer value) {
        CHECK(std::in_range<std::int64_t>(value));
        bind_at(index, static_cast<std::int64_t>(value));
    }
    template <class Tag, std::size_t N>
    void bind_at(int index, const FixedBytes<Tag, N>& value) {
        bind_at(index, value.view());
    }

    // true: a row stands ready; false: done (and the statement is reset).
    [[nodiscard]] Result<bool, IoError> step();
    // Binds, steps to the end and resets; rows, if any, are ignored.
    template <class... Values>
    [[nodiscard]] Result<void, IoError> run(const Values&... values) {
        bind(values...);
        auto done = finish();
        release();
        return done;
    }
    void reset();
    void release();  // resets, and lets go of the values, which may be large

    [[nodiscard]] bool is_null(int column) const;
    [[nodiscard]] std::int64_t int_at(int column) const;  // 0 for NULL
    [[nodiscard]] std::string_view text_at(int column) const;
    [[nodiscard]] ByteView blob_at(int column) const;

  private:
    friend class Database;
    struct Finalise {
        void operator()(sqlite3_stmt* statement) const;
    };
    explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
    [[nodiscard]] Result<void, IoError> finish();
    std::unique_ptr<sqlite3_stmt, Finalise> statement_;
};

// BEGIN IMMEDIATE ... COMMIT; rolls back at the end of its scope unless committed. One at a time
// per Database; the Database must outlive it.
class WriteTransaction {
  public:
    [[nodiscard]] static Result<WriteTransaction, IoError> begin(Database& database);
    WriteTransaction(WriteTransaction&& other) noexcept;
    WriteTransaction& operator=(WriteTransaction&&) = delete;
    ~WriteTransaction();
    // Returns after the pages are on the disk.
    [[nodiscard]] Result<void, IoError> commit();

  private:
    explicit WriteTransaction(Database& database) : database_(&database) {}
    Database* database_;  // null once committed or moved from
};

}  // namespace fairfeed
