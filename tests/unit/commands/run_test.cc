// A node that cannot start says why, names the file and a remedy, and tells by its exit status
// whether a restart can help.
#include "edge-node/commands/run.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include "edge-node/commands/opened_ledger.h"
#include "tests/unit/commands/node_directory.h"

namespace fairfeed {
namespace {

using test::NodeDirectory;
using test::Said;
using test::TestNetwork;
using ::testing::HasSubstr;

class StartingNode : public ::testing::Test {
  protected:
    StartingNode() { node_.make_identity(1); }
    [[nodiscard]] Said run() const {
        return test::say(run_run, RunNodeOptions{.config = node_.config(1)});
    }
    NodeDirectory node_{1, 1};
};

TEST_F(StartingNode, whose_key_others_may_read_is_a_persons_mistake) {
    std::filesystem::permissions(node_.in("s"), std::filesystem::perms{0644});
    const Said said = run();
    EXPECT_EQ(said.code, kExitUsage);
    EXPECT_THAT(said.err, HasSubstr("others may read this key (mode 0644)"));
    EXPECT_THAT(said.err, HasSubstr("chmod 600 " + node_.in("s").string()));
}

TEST_F(StartingNode, without_a_key_or_with_anothers_is_a_persons_mistake) {
    std::filesystem::remove(node_.in("s"));
    EXPECT_EQ(run().code, kExitUsage);
    const SigningKey& other = test::signing_key("somebody");
    ASSERT_TRUE(save_secret(node_.in("s"), other.to_pem()));
    const Said said = run();
    EXPECT_EQ(said.code, kExitUsage);
    EXPECT_THAT(said.err, HasSubstr("genesis.cbor has for 'node-1'"));
}

TEST_F(StartingNode, as_root_on_the_directory_of_another_account_is_a_persons_mistake) {
    if (::geteuid() != 0) GTEST_SKIP() << "for root alone";
    constexpr uid_t kNobody = 65'534;
    const auto config = node_.config(1);
    ASSERT_EQ(::chown(node_.in("").c_str(), kNobody, kNobody), 0);
    const auto before = std::filesystem::last_write_time(node_.in(""));
    const Said said =
        test::say(run_run, RunNodeOptions{.config = config, .accept_lost_safety_record = true});
    EXPECT_EQ(said.code, kExitUsage);
    EXPECT_THAT(said.err, HasSubstr("runuser -u nobody -- edge-node run"));
    EXPECT_EQ(std::filesystem::last_write_time(node_.in("")), before) << "root left a file";
}

TEST_F(StartingNode, without_its_genesis_is_a_persons_mistake) {
    std::filesystem::remove(node_.genesis());
    const Said said = run();
    EXPECT_EQ(said.code, kExitUsage);
    EXPECT_THAT(said.err, HasSubstr("genesis.cbor"));
}

}  // namespace
}  // namespace fairfeed
