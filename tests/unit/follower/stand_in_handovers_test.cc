// A cluster whose old members are all gone goes on, because the utility hands over in their place.
#include "gateway/follower/stand_in_handovers.h"

#include <gtest/gtest.h>

#include "core/state/execution.h"
#include "tests/unit/accounts/handover_bench.h"

namespace fairfeed::test {
namespace {

class StandIn : public ::testing::Test, public HandoverBench {
  protected:
    StandIn() { change(); }  // window 2 is the first of the newcomer

    // As of this window's first second, from the blocks alone.
    [[nodiscard]] std::vector<Transaction> owed(Window running) {
        KeyholderAccounts accounts{Keyholder{network.dgmd(), agreement_key(network.dgmd().str())}};
        ChainState state = network.initial_state();
        (void)accounts.follow({{network.genesis().block.block, {}}, state, state});
        PlainSignatureChecker signatures;
        for (const CommittedBlock& committed : chain.blocks()) {
            const ChainState before = state;
            CHECK(execute_block(state, committed.block, signatures));
            (void)accounts.follow({committed, before, state});
        }
        const GridClock grid = state.grid();
        return office.owed(state, accounts, grid.real_ms(grid.start_s(running)));
    }

    StandInHandovers office{network.dgmd(), network.key(network.dgmd()), network.random()};
};

TEST_F(StandIn, hands_over_when_the_old_members_have_not_for_longer_than_a_window) {
    EXPECT_TRUE(owed(3).empty()) << "window 2 is just over: the members may still do it";
    const auto said = owed(4);
    ASSERT_EQ(said.size(), 1U);
    const auto again = owed(5);
    ASSERT_EQ(again.size(), 1U);
    EXPECT_EQ(again[0].id, said[0].id) << "one HANDOVER, not a new one every time";
    append(said);
    EXPECT_TRUE(owed(6).empty());
    settle(2);
    EXPECT_EQ(chain.state().clusters.at(kOne).last_window, 2U);
}

TEST_F(StandIn, leaves_it_to_members_that_hand_over) {
    hand_over();
    EXPECT_TRUE(owed(9).empty());
}

}  // namespace
}  // namespace fairfeed::test
