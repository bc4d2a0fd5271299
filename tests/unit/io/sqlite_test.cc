#include "core/io/sqlite.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <fstream>

#include "tests/support/temp_directory.h"

namespace fairfeed {
namespace {

using testing::HasSubstr;
using testing_support::TempDirectory;

constexpr DatabaseKind kShop{"a shop", 0x46465431, 3,
                             "CREATE TABLE item(id INTEGER PRIMARY KEY, name TEXT, body BLOB);"
                             "CREATE TABLE sale(item INTEGER NOT NULL REFERENCES item(id))"};

class SqliteTest : public testing::Test {
  protected:
    Database open() {
        auto opened = Database::open(file_, kShop);
        EXPECT_TRUE(opened) << opened.error().message;
        return std::move(opened).value();
    }
    static std::int64_t count(Database& database) {
        auto statement = database.prepare("SELECT count(*) FROM item");
        EXPECT_TRUE(statement->step().value());
        return statement->int_at(0);
    }
    std::string refusal(const DatabaseKind& kind) {
        const auto opened = Database::open(file_, kind);
        return opened ? "" : opened.error().message;
    }

    TempDirectory directory_;
    std::filesystem::path file_ = directory_ / "a shop?#%.db";
};

TEST_F(SqliteTest, gives_back_what_was_bound) {
    Database database = open();
    auto insert = database.prepare("INSERT INTO item VALUES(?1, ?2, ?3)");
    ASSERT_TRUE(insert);
    const Bytes body{0, 1, 255};
    ASSERT_TRUE(insert->run(INT64_MIN, std::string("n\0m", 3), body));
    ASSERT_TRUE(insert->run(7, nullptr, Bytes()));
    auto select = database.prepare("SELECT id, name, body FROM item ORDER BY id");
    ASSERT_TRUE(select->step().value());
    EXPECT_EQ(select->int_at(0), INT64_MIN);
    EXPECT_EQ(select->text_at(1), std::string_view("n\0m", 3));
    EXPECT_EQ(to_bytes(select->blob_at(2)), body);
    ASSERT_TRUE(select->step().value());
    EXPECT_TRUE(select->is_null(1));
    EXPECT_FALSE(select->is_null(2));
    EXPECT_TRUE(select->blob_at(2).empty());
    EXPECT_FALSE(select->step().value());
    EXPECT_EQ(database.last_insert_id(), 7);
    EXPECT_EQ(database.changed_rows(), 1);
}

// A block of a large cluster has megabytes.
TEST_F(SqliteTest, lets_go_of_what_was_bound_once_it_is_written) {
    Database database = open();
    auto insert = database.prepare("INSERT INTO item(name, body) VALUES(?1, ?2)");
    ASSERT_TRUE(insert);
    const std::int64_t before = ::sqlite3_memory_used();
    ASSERT_TRUE(insert->run("roof", Bytes(10'000'000, 7)));
    EXPECT_LT(::sqlite3_memory_used(), before + 5'000'000);
    ASSERT_TRUE(insert->step());
    auto latest = database.prepare("SELECT name IS NULL FROM item ORDER BY id DESC LIMIT 1");
    ASSERT_TRUE(latest->step().value());
    EXPECT_EQ(latest->int_at(0), 1) << "not the values of another row";
}

TEST_F(SqliteTest, rolls_back_what_was_not_committed) {
    Database database = open();
    {
        auto transaction = WriteTransaction::begin(database);
        ASSERT_TRUE(transaction);
        ASSERT_TRUE(database.execute("INSERT INTO item VALUES(1, 'lost', NULL)"));
    }
    EXPECT_EQ(count(database), 0);
    auto transaction = WriteTransaction::begin(database);
    ASSERT_TRUE(database.execute("INSERT INTO item VALUES(1, 'kept', NULL)"));
    ASSERT_TRUE(transaction->commit());
    EXPECT_EQ(count(database), 1);
}

TEST_F(SqliteTest, keeps_rows_across_a_reopening) {
    {
        Database database = open();
        ASSERT_TRUE(database.execute("INSERT INTO item VALUES(1, 'kept', NULL)"));
    }
    Database database = open();
    EXPECT_EQ(count(database), 1);
}

TEST_F(SqliteTest, runs_with_full_durability_and_checks) {
    Database database = open();
    const std::pair<const char*, std::string> expected[] = {
        {"PRAGMA journal_mode", "wal"},
        {"PRAGMA synchronous", "2"},
        {"PRAGMA foreign_keys", "1"},
        {"PRAGMA trusted_schema", "0"},
        {"PRAGMA cell_size_check", "1"},
        {"PRAGMA busy_timeout", "5000"},
        {"PRAGMA journal_size_limit", "16777216"},
    };
    for (const auto& [pragma, value] : expected) {
        auto statement = database.prepare(pragma);
        ASSERT_TRUE(statement->step().value());
        EXPECT_EQ(statement->text_at(0), value) << pragma;
    }
    const auto orphan = database.execute("INSERT INTO sale VALUES(99)");
    ASSERT_FALSE(orphan);
    EXPECT_THAT(orphan.error().message, HasSubstr("FOREIGN KEY"));
}

TEST_F(SqliteTest, creates_files_only_the_owner_reads) {
    Database database = open();
    ASSERT_TRUE(database.execute("INSERT INTO item VALUES(1, 'private', NULL)"));
    struct stat facts {};
    for (const char* suffix : {"", "-wal", "-shm"}) {
        ASSERT_EQ(::stat((file_.string() + suffix).c_str(), &facts), 0) << suffix;
        EXPECT_EQ(facts.st_mode & 0777U, 0600U) << suffix;
    }
}

TEST_F(SqliteTest, refuses_a_foreign_database) {
    (void)open();
    DatabaseKind other = kShop;
    other.what = "a ledger";
    other.application_id = 0x46464c44;
    other.schema = "CREATE TABLE block(id)";
    EXPECT_THAT(refusal(other), HasSubstr("is not a ledger: its application id is 0x46465431"));
}

TEST_F(SqliteTest, refuses_another_schema_version) {
    (void)open();
    DatabaseKind other = kShop;
    other.schema_version = 4;
    other.schema = "CREATE TABLE item(id)";
    EXPECT_THAT(refusal(other), HasSubstr("is a shop of schema version 3; this program reads"));
}

// Regression: of 150 random damages, two hit the mark in the header, and a file of our own was
// taken for a foreign one.
TEST_F(SqliteTest, knows_a_file_of_its_kind_by_its_tables_when_the_mark_is_damaged) {
    for (const char* damage : {"PRAGMA application_id = 1", "PRAGMA user_version = 515"}) {
        ASSERT_TRUE(open().execute("INSERT INTO item VALUES(NULL, 'bread', x'')"));
        ASSERT_TRUE(open().execute(damage));
        const auto opened = Database::open(file_, kShop);
        ASSERT_FALSE(opened) << damage;
        EXPECT_TRUE(opened.error().damage);
        EXPECT_THAT(opened.error().message, HasSubstr("damaged mark in its header"));
        EXPECT_FALSE(Database::open_read_only(file_, kShop));
        auto saved = Database::open_read_only(file_, kShop, DatabaseMark::may_be_damaged);
        ASSERT_TRUE(saved) << saved.error().message;
        EXPECT_EQ(count(*saved), 1);
        std::filesystem::remove(file_);
    }
}

TEST_F(SqliteTest, finds_a_table_that_is_not_the_one_that_was_laid_out) {
    ASSERT_TRUE(open().execute("ALTER TABLE item RENAME COLUMN name TO nbme"));
    const auto opened = Database::open(file_, kShop);
    ASSERT_FALSE(opened);
    EXPECT_TRUE(opened.error().damage);
    EXPECT_THAT(opened.error().message, HasSubstr("its tables are not those of a shop"));
}

TEST_F(SqliteTest, refuses_a_file_that_is_no_database) {
    std::ofstream(file_) << std::string(5000, 'x');
    EXPECT_THAT(refusal(kShop), HasSubstr("not a database"));
}

TEST_F(SqliteTest, refuses_a_directory_that_is_not_there) {
    file_ = directory_ / "no/such/place.db";
    EXPECT_THAT(refusal(kShop), HasSubstr("No such file"));
}

TEST_F(SqliteTest, leaves_nothing_behind_when_the_layout_fails) {
    DatabaseKind wrong = kShop;
    wrong.schema = "CREATE TABLE item(id); CREATE TABL broken(id)";
    EXPECT_THAT(refusal(wrong), HasSubstr("syntax error"));
    EXPECT_EQ(refusal(kShop), "");
}

TEST_F(SqliteTest, reads_beside_a_writer_and_writes_nothing) {
    Database writer = open();
    ASSERT_TRUE(writer.execute("INSERT INTO item VALUES(1, 'seen', NULL)"));
    auto reader = Database::open_read_only(file_, kShop);
    ASSERT_TRUE(reader) << reader.error().message;
    EXPECT_EQ(count(*reader), 1);
    EXPECT_FALSE(reader->execute("DELETE FROM item"));
    EXPECT_EQ(count(writer), 1);
}

TEST_F(SqliteTest, does_not_create_what_it_should_only_read) {
    const auto reader = Database::open_read_only(file_, kShop);
    ASSERT_FALSE(reader);
    EXPECT_THAT(reader.error().message, HasSubstr("unable to open"));
    EXPECT_FALSE(std::filesystem::exists(file_));
}

TEST_F(SqliteTest, reports_wrong_sql_with_the_statement) {
    Database database = open();
    const auto statement = database.prepare("SELECT price FROM nowhere");
    ASSERT_FALSE(statement);
    EXPECT_THAT(statement.error().message, HasSubstr("no such table: nowhere"));
}

}  // namespace
}  // namespace fairfeed
