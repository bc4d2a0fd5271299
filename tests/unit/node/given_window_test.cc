// DGMD gives a standing window to a machine that has forgotten its statements or never made any.
// The machine may settle only windows for which it was never asked before (docs/chain-rules.md,
// R23).
#include "tests/unit/node/handover_bench.h"

namespace fairfeed::test {
namespace {

constexpr std::int64_t kCaughtUpMs = 20'000;

// Three of three members must agree; node-3 is gone, and window 3 stands still.
class GivenWindow : public ::testing::Test, public HandoverBench {
  protected:
    GivenWindow() : HandoverBench(eight_nodes()) {
        settle(0);
        allocate(nodes({1, 2, 3}), 2);
        settle(1);
        settle(2);
        world.crash(kThird);
        world.go_to_end_of(3);
        world.measure(3, 700);
        world.go_to_end_of(5);
    }
    void start_with_empty_disk(const NodeId& id) {
        if (world.is_up(id)) world.crash(id);
        world.join(id);
        world.run_for(kCaughtUpMs);
    }
    const NodeId kThird = TestNetwork::node(3);
    const NodeId kFifth = TestNetwork::node(5);
};

TEST_F(GivenWindow, is_settled_by_a_new_machine_in_the_place_of_the_dead_one) {
    start_with_empty_disk(kFifth);
    ASSERT_TRUE(world.node(kFifth).summary().consensus.silence.has_value());
    allocate(nodes({1, 2, 5}), 3);
    EXPECT_TRUE(world.settles(kCluster, 3));
    settle(6);
}

// The machine belonged to the old committee, so its lost disk may have held statements about the
// window.
TEST_F(GivenWindow, is_left_to_others_by_a_machine_that_lost_what_it_said_about_it) {
    start_with_empty_disk(kThird);
    bool has_endorsed = false;
    world.watch([&](const NodeId& node, const Effect& effect) {
        const auto* row = std::get_if<PersistEndorsement>(&effect);
        if (row && row->endorsement.window == 3 && node == kThird) has_endorsed = true;
    });
    allocate(nodes({5, 3, 1, 2}), 3);
    ASSERT_TRUE(world.settles(kCluster, 3));
    EXPECT_FALSE(has_endorsed);
}

}  // namespace
}  // namespace fairfeed::test
