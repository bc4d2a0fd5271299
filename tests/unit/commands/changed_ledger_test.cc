// A person or a disk changes a ledger. `verify` reports every change, unless the changed bytes mean
// nothing, as in space that holds no row. `verify` leaves no trace beside the file.
#include <gmock/gmock.h>

#include <map>

#include "edge-node/commands/backup.h"
#include "edge-node/commands/show.h"
#include "edge-node/commands/verify.h"
#include "tests/support/dice.h"
#include "tests/unit/commands/node_directory.h"

namespace fairfeed {
namespace {

using test::NodeDirectory;
using test::Said;
using ::testing::HasSubstr;
using ::testing::Not;

std::string read_all(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

void write_all(const std::filesystem::path& file, const std::string& bytes) {
    std::ofstream(file, std::ios::binary).write(bytes.data(), std::ssize(bytes));
}

// A closed ledger of two windows, and a copy of it to change.
class ChangedLedger : public ::testing::Test {
  protected:
    void renew() {
        for (const char* tail : {"", "-wal", "-shm"})
            std::filesystem::remove(changed_.string() + tail);
        write_all(changed_, pristine_);
    }
    [[nodiscard]] Said verify() {
        return test::say(run_verify, VerifyOptions{.genesis = node_.genesis(),
                                                   .ledger = changed_,
                                                   .config = node_.config(1),
                                                   .json = false});
    }
    // Whether `verify` reports the change, as damage or as a file that is no ledger. Expects words
    // that any terminal can show.
    [[nodiscard]] bool is_named() {
        const Said said = verify();
        for (const char c : said.out + said.err)
            EXPECT_TRUE(c == '\n' || (c >= ' ' && c <= '~')) << said.out << said.err;
        EXPECT_NE(said.out + said.err, "");
        return said.code != kExitOk;
    }
    // Whether `backup` accepts the file. It refuses files with damaged rows or pages.
    [[nodiscard]] bool is_backed_up() {
        const auto to = node_.in("copy.db");
        std::filesystem::remove(to);
        std::filesystem::create_directories(node_.in("data"));
        write_all(node_.in("data") / "ledger.db", read_all(changed_));
        return test::say(run_backup, BackupOptions{.data = node_.in("data"), .to = to}).code ==
               kExitOk;
    }
    [[nodiscard]] bool change(const std::string& sql) {
        auto database = Database::open(changed_, kLedgerKind);
        CHECK(database.has_value());
        for (const char* lax : {"PRAGMA foreign_keys = OFF", "PRAGMA ignore_check_constraints = ON",
                                "PRAGMA synchronous = OFF"})
            CHECK(database->execute(lax).has_value());
        const bool done = database->execute(sql).has_value();
        return done && database->changed_rows() > 0;
    }
    // Every value of every row, as readers of the ledger get it.
    [[nodiscard]] std::string content() {
        auto database = Database::open_read_only(changed_, kLedgerKind);
        if (!database) return "unreadable";
        std::string out;
        for (const auto& [table, columns] : kColumns) {
            for (const std::string& column : columns) {
                auto rows = database->prepare("SELECT quote(" + column + ") FROM " + table +
                                              " ORDER BY " + columns.front());
                if (!rows) return "unreadable";
                for (;;) {
                    const auto row = rows->step();
                    if (!row) return "unreadable";
                    if (!*row) break;
                    out.append(rows->text_at(0)).push_back('\n');
                }
            }
        }
        return out;
    }

    static const std::map<std::string, std::vector<std::string>> kColumns;
    NodeDirectory node_{1, 2, 1};
    std::filesystem::path changed_ = node_.in("changed.db");
    std::string pristine_ = read_all(node_.ledger());
};

const std::map<std::string, std::vector<std::string>> ChangedLedger::kColumns{
    {"network", {"id"}},
    {"blocks", {"height", "id", "time_ms", "body", "certificate"}},
    {"transactions", {"id", "height", "position"}},
    {"commits", {"height", "committed_at_ms", "body_hash", "note_hash"}},
};

TEST_F(ChangedLedger, is_named_whatever_column_of_whatever_row_changed) {
    renew();
    ASSERT_FALSE(is_named()) << "as it was written it is sound";
    ASSERT_TRUE(is_backed_up());
    std::size_t tried = 0;
    for (const auto& [table, columns] : kColumns) {
        const std::string key = columns.front();
        for (const std::string& column : columns) {
            for (const char* value : {"? + 1", "? - 1", "? + 1000", "-1", "NULL", "zeroblob(32)",
                                      "x'00' || ?", "substr(?, 1, 20)", "x''"}) {
                std::string to = value;
                if (const auto at = to.find('?'); at != std::string::npos)
                    to.replace(at, 1, column);
                for (int row = 0; row < 3; ++row) {
                    renew();
                    const std::string sql = "UPDATE " + table + " SET " + column + " = " + to +
                                            " WHERE " + key + " = (SELECT " + key + " FROM " +
                                            table + " ORDER BY " + key + " LIMIT 1 OFFSET " +
                                            std::to_string(row) + ")";
                    const std::string before = content();
                    if (!change(sql) || content() == before) continue;  // SQLite refuses such a row
                    ++tried;
                    EXPECT_TRUE(is_named()) << sql;
                    EXPECT_FALSE(is_backed_up()) << sql;
                }
            }
        }
    }
    EXPECT_GT(tried, 60U);
}

TEST_F(ChangedLedger, is_named_with_a_row_too_many_or_too_few) {
    const std::vector<std::string> changes{
        "INSERT INTO network VALUES (zeroblob(32))",
        "INSERT INTO network SELECT id FROM network",
        "INSERT INTO blocks VALUES (9, zeroblob(32), 0, x'00', NULL)",
        "INSERT INTO blocks VALUES (-1, zeroblob(32), 0, x'00', NULL)",
        "INSERT INTO commits SELECT 0, committed_at_ms, body_hash, note_hash FROM commits LIMIT 1",
        "INSERT INTO commits SELECT 9, committed_at_ms, body_hash, note_hash FROM commits LIMIT 1",
        "INSERT INTO transactions VALUES (zeroblob(32), 1, 77)",
        "INSERT INTO transactions VALUES (zeroblob(32), 0, 77)",
        "INSERT INTO transactions VALUES (zeroblob(32), 1, -1)",
        "INSERT INTO transactions VALUES (zeroblob(32), 99, 0)",
        "UPDATE blocks SET certificate = (SELECT certificate FROM blocks WHERE height = 1) "
        "WHERE height = 0",
        "DELETE FROM network",
        "DELETE FROM blocks WHERE height = 0",
        "DELETE FROM blocks WHERE height = 1",
        "DELETE FROM commits WHERE height = 1",
        "DELETE FROM commits WHERE height = 2",
        "DELETE FROM transactions WHERE height = 0 AND position = 0",
        "DELETE FROM transactions WHERE height = 2 AND position = 1",
        "UPDATE transactions SET position = position + 10 WHERE height = 1",
        "CREATE TABLE more (id INTEGER)",
        "DROP TABLE commits",
    };
    for (const std::string& sql : changes) {
        renew();
        const bool is_table = sql.starts_with("CREATE") || sql.starts_with("DROP");
        EXPECT_TRUE(change(sql) || is_table) << sql;
        EXPECT_TRUE(is_named()) << sql;
        EXPECT_FALSE(is_backed_up()) << sql;
    }
}

// README: `verify` "names a changed byte of the ledger".
TEST_F(ChangedLedger, is_named_whatever_byte_of_it_changed_or_the_byte_means_nothing) {
    renew();
    const std::string before = content();
    test::Dice dice(20161231);
    std::size_t named = 0;
    for (int i = 0; i < 600; ++i) {
        std::string bytes = pristine_;
        const auto at = dice.index(bytes.size());
        bytes[at] = static_cast<char>(bytes[at] ^ static_cast<char>(1 + dice.below(255)));
        renew();
        write_all(changed_, bytes);
        if (is_named()) {
            ++named;
        } else {
            EXPECT_EQ(content(), before) << "byte " << at;
            EXPECT_TRUE(is_backed_up()) << "byte " << at;
        }
    }
    EXPECT_GT(named, 60U);
}

// The names of the files, with hashes of their contents.
std::map<std::string, std::size_t> files_in(const std::filesystem::path& directory) {
    std::map<std::string, std::size_t> out;
    for (const auto& entry : std::filesystem::directory_iterator(directory))
        if (entry.is_regular_file())
            out[entry.path().filename()] = std::hash<std::string>()(read_all(entry.path()));
    return out;
}

TEST_F(ChangedLedger, is_verified_without_a_trace_beside_it) {
    const auto archive = node_.in("archive");
    std::filesystem::create_directories(archive);
    changed_ = archive / "ledger.db";
    renew();
    const auto closed = files_in(archive);
    EXPECT_EQ(verify().code, kExitOk);
    EXPECT_EQ(files_in(archive), closed);
}

// A copy of a killed node's ledger: the newest blocks are in the log.
TEST_F(ChangedLedger, is_verified_with_its_log_and_neither_of_them_changes) {
    node_.stored().chain().run_window({test::TestNetwork::cluster(1)}, 2);
    const auto archive = node_.in("archive");
    std::filesystem::create_directories(archive);
    {
        const CommittedBlock& last = node_.stored().chain().blocks().back();
        auto ledger = Ledger::open(node_.ledger(), node_.stored().genesis());
        ASSERT_TRUE(ledger && ledger->commit(last.block, last.certificate, 1));
        for (const char* tail : {"", "-wal"})
            write_all(archive / (std::string("ledger.db") + tail),
                      read_all(node_.ledger().string() + tail));
    }
    changed_ = archive / "ledger.db";
    const auto killed = files_in(archive);
    ASSERT_TRUE(killed.contains("ledger.db-wal"));
    const Said said = verify();
    EXPECT_EQ(said.code, kExitOk) << said.out << said.err;
    EXPECT_THAT(said.out, HasSubstr("height 3"));
    auto after = files_in(archive);
    after.erase("ledger.db-shm");  // SQLite's own file, without lasting content
    EXPECT_EQ(after, killed);
}

TEST_F(ChangedLedger, of_a_running_node_is_verified_while_it_writes) {
    node_.stored().chain().run_window({test::TestNetwork::cluster(1)}, 2);
    const CommittedBlock& last = node_.stored().chain().blocks().back();
    auto ledger = Ledger::open(node_.ledger(), node_.stored().genesis());
    ASSERT_TRUE(ledger && ledger->commit(last.block, last.certificate, 1));
    changed_ = node_.ledger();
    EXPECT_THAT(verify().out, HasSubstr("sound up to its tip, height 3"));
}

// Everybody who may read the file may read its blocks; only the node's account may read the
// agreement key.
TEST_F(ChangedLedger, shows_its_blocks_to_whoever_has_no_key) {
    const auto config = node_.config(1);
    std::filesystem::remove(node_.in("node-1.pem"));
    const Said shown = test::say(
        run_show_blocks,
        ShowBlocksOptions{
            .source = {.config = config, .genesis = std::nullopt, .ledger = node_.ledger()}});
    EXPECT_EQ(shown.code, kExitOk) << shown.err;
    const Said verified = test::say(
        run_verify,
        VerifyOptions{
            .genesis = node_.genesis(), .ledger = node_.ledger(), .config = config, .json = false});
    EXPECT_EQ(verified.code, kExitUsage) << "who names a configuration wants its keys used";
}

}  // namespace
}  // namespace fairfeed
