// A settlement that a whole committee certified wrongly, in a keyholder's accounts: a fault of that
// cluster, and of no other cluster in the block.
#include "core/accounts/keyholder_accounts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "core/ledger/replay.h"
#include "tests/unit/accounts/stored_chain.h"

namespace fairfeed {
namespace {

using test::StoredChain;
using test::TestChain;
using test::TestNetwork;

// Two clusters with window 0 settled.
class KeyholderAccountsTest : public ::testing::Test {
  protected:
    KeyholderAccountsTest() { stored.run_windows(1); }
    [[nodiscard]] static test::TestNetworkOptions two_clusters() {
        test::TestNetworkOptions options;
        options.nodes = 2;
        options.clusters_with_meters = 2;
        return options;
    }
    using Edit = std::function<void(SettlementDraft&)>;
    using SealedEdit = std::function<void(Settlement&)>;
    [[nodiscard]] std::vector<Transaction> settle(std::size_t cluster, Window window,
                                                  const Edit& edit, const SealedEdit& damage = {}) {
        TestChain& chain = stored.chain();
        const ClusterId id = TestNetwork::cluster(cluster);
        const auto readings = chain.read_all(id, window);
        auto draft = chain.accounts(id).draft(chain.state(), window, {{window, readings}});
        CHECK(draft);
        edit(*draft);
        auto sealed =
            chain.accounts(id).seal(chain.state(), window, *draft, TestNetwork::node(cluster), 0, 0,
                                    chain.keys(), stored.network().random());
        CHECK(sealed);
        if (damage) damage(*sealed);
        return chain.group(*sealed, readings);
    }
    // Settlements of both clusters; the first one is edited.
    [[nodiscard]] Block block_of(Window window, const Edit& edit, const SealedEdit& damage = {}) {
        auto both = settle(1, window, edit, damage);
        for (Transaction& transaction : settle(2, window, [](SettlementDraft&) {}))
            both.push_back(std::move(transaction));
        return stored.chain().next_block(std::move(both));
    }
    void append(Window window, const Edit& edit) {
        ASSERT_TRUE(stored.chain().append(block_of(window, edit)));
    }
    // Follows all blocks and returns the faults of each.
    [[nodiscard]] std::vector<std::vector<ReplayFault>> follow_all() {
        stored.store();
        std::vector<std::vector<ReplayFault>> faults;
        const auto end =
            replay(stored.open(), stored.genesis(), {.trust_signatures = true, .keep_before = true},
                   [&](const ReplayStep& step) -> Result<void, ReplayFault> {
                       settled = accounts.follow(step);
                       faults.push_back(accounts.faults());
                       return {};
                   });
        CHECK(end);
        return faults;
    }
    [[nodiscard]] std::optional<Window> last_window(std::size_t cluster) const {
        return accounts.clusters().at(TestNetwork::cluster(cluster)).last_window();
    }

    StoredChain stored{two_clusters()};
    KeyholderAccounts accounts{stored.holder(TestNetwork::node(2))};
    std::vector<RecomputedSettlement> settled;  // of the last block
};

TEST_F(KeyholderAccountsTest, go_on_with_every_cluster_beside_one_settled_wrongly) {
    append(1, [](SettlementDraft& draft) { draft.lines[0].closing.balance_micro += 1; });
    const auto faults = follow_all();
    ASSERT_EQ(faults.back().size(), 1U);
    EXPECT_EQ(faults.back()[0].reason, "wrong_lines");
    EXPECT_THAT(faults.back()[0].explanation, testing::HasSubstr("cluster cluster-1, window 1"));
    ASSERT_EQ(settled.size(), 2U) << "the later one in the block too";
    EXPECT_EQ(settled[1].opened.cluster, TestNetwork::cluster(2));
    EXPECT_EQ(last_window(2), 1U);
    EXPECT_TRUE(accounts.closed().empty());
}

TEST_F(KeyholderAccountsTest, follow_the_chain_so_that_the_cluster_can_settle_its_next_window) {
    append(1, [](SettlementDraft& draft) { draft.lines[0].closing.balance_micro += 1; });
    append(2, [](SettlementDraft&) {});
    const auto faults = follow_all();
    EXPECT_EQ(faults[2].size(), 1U);
    EXPECT_TRUE(faults[3].empty()) << faults[3].front().explanation;
    EXPECT_EQ(last_window(1), 2U);
}

TEST_F(KeyholderAccountsTest, close_a_cluster_whose_lines_do_not_open_and_no_other) {
    (void)follow_all();
    const Block block = block_of(
        1, [](SettlementDraft&) {},
        [](Settlement& settlement) { settlement.lines[0].ciphertext.back() ^= 1U; });
    const ChainState& before = stored.chain().state();
    ChainState after = before;
    PlainSignatureChecker signatures;
    ASSERT_TRUE(execute_block(after, block, signatures));
    (void)accounts.follow({{block, {}}, before, after});
    ASSERT_EQ(accounts.faults().size(), 1U);
    EXPECT_EQ(accounts.closed(), (std::set<ClusterId>{TestNetwork::cluster(1)}));
    EXPECT_EQ(last_window(2), 1U);
}

}  // namespace
}  // namespace fairfeed
