// The state of a ledger for those who ask now and then.
#include "gateway/desk/chain_view.h"

#include <gmock/gmock.h>

#include <fstream>

#include "tests/unit/accounts/stored_chain.h"

namespace fairfeed {
namespace {

using test::StoredChain;
using test::TestNetwork;

TEST(ChainView, follows_a_ledger_that_grows) {
    StoredChain stored;
    ChainView view(stored.genesis(), stored.file());
    const auto before = view.state();
    ASSERT_TRUE(before) << before.error();
    EXPECT_EQ(before->height, 0U) << "there is no file yet";
    for (Window window = 0; window < 3; ++window) {
        stored.chain().run_window({TestNetwork::cluster(1)}, window);
        stored.store();
        const auto now = view.state();
        ASSERT_TRUE(now) << now.error();
        EXPECT_EQ(now->height, stored.chain().state().height);
        EXPECT_EQ(now->tip, stored.chain().state().tip);
    }
}

TEST(ChainView, names_the_file_that_it_cannot_read) {
    const StoredChain stored;
    std::ofstream(stored.file()) << "no ledger";
    ChainView view(stored.genesis(), stored.file());
    const auto refused = view.state();
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error(), ::testing::HasSubstr("ledger.db"));
}

}  // namespace
}  // namespace fairfeed
