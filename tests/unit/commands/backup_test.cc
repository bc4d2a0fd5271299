#include "edge-node/commands/backup.h"

#include <gmock/gmock.h>

#include "core/ledger/chain_verifier.h"
#include "tests/unit/commands/node_directory.h"

namespace fairfeed {
namespace {

using test::NodeDirectory;
using test::Said;
using ::testing::HasSubstr;

TEST(backup, is_the_ledger_of_a_running_node_checked) {
    const NodeDirectory node(2, 3);
    const auto running = Ledger::open(node.ledger(), node.stored().genesis());
    ASSERT_TRUE(running);
    const Said said = test::say(run_backup, BackupOptions{node.in("."), node.in("copy.db")});
    EXPECT_EQ(said.code, kExitOk) << said.err;
    EXPECT_THAT(said.out, HasSubstr("copy.db: 3 blocks, tip "));
    const auto copy = Ledger::open_read_only(node.in("copy.db"), node.stored().genesis().network);
    ASSERT_TRUE(copy) << copy.error().message;
    EXPECT_TRUE(verify_ledger(*copy, node.stored().genesis(), nullptr, {}).sound());
    EXPECT_FALSE(std::filesystem::exists(node.in("copy.db.part")));
    EXPECT_FALSE(std::filesystem::exists(node.in("copy.db.part-wal")));
}

TEST(backup, overwrites_nothing) {
    const NodeDirectory node(2, 1);
    EXPECT_EQ(test::say(run_backup, BackupOptions{node.in("."), node.in("copy.db")}).code, kExitOk);
    const Said again = test::say(run_backup, BackupOptions{node.in("."), node.in("copy.db")});
    EXPECT_EQ(again.code, kExitUsage);
    EXPECT_THAT(again.err, HasSubstr("is not overwritten"));
    const Said nowhere = test::say(run_backup, BackupOptions{node.in("no"), node.in("other.db")});
    EXPECT_EQ(nowhere.code, kExitUsage);
    EXPECT_THAT(nowhere.err, HasSubstr("there is no such ledger"));
}

TEST(backup, is_not_made_of_a_damaged_ledger) {
    const NodeDirectory node(2, 3);
    node.stored().rot("UPDATE blocks SET body = x'80' WHERE height = 2");
    const Said said = test::say(run_backup, BackupOptions{node.in("."), node.in("copy.db")});
    EXPECT_EQ(said.code, kExitFault);
    EXPECT_THAT(said.err, HasSubstr("block 2 of the ledger is damaged"));
    EXPECT_FALSE(std::filesystem::exists(node.in("copy.db")));
    EXPECT_FALSE(std::filesystem::exists(node.in("copy.db.part")));
}

}  // namespace
}  // namespace fairfeed
