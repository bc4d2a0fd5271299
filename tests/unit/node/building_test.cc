// R17 with whole nodes: a block that is full goes at once, another one waits a short while for
// company, and a height follows the one before without a pause.
#include <gtest/gtest.h>

#include "tests/unit/node/node_world.h"

namespace fairfeed::test {
namespace {

constexpr std::int64_t kPatienceMs = 10'000;
constexpr std::int64_t kOneWindow = 4;  // transactions: three readings and their settlement

class Building : public ::testing::Test {
  protected:
    // Milliseconds from the last reading of window 0 to this height.
    std::int64_t time_to(Height height, std::size_t nodes, std::int64_t most_transactions) {
        TestNetworkOptions options = lab(nodes);
        options.parameters.max_block_transactions = most_transactions;
        fill_ms_ = options.parameters.timers.fill_ms;
        NodeWorld world(options);
        world.go_to_end_of(0);
        world.measure(0, 700);
        const std::int64_t before_ms = world.now().steady_ms;
        EXPECT_TRUE(world.run_until([&] { return world.agreed_at(height); }, kPatienceMs));
        return world.now().steady_ms - before_ms;
    }
    std::int64_t fill_ms_ = 0;
};

TEST_F(Building, does_not_wait_with_a_full_block) {
    const std::int64_t took_ms = time_to(1, 1, kOneWindow);
    EXPECT_LT(took_ms, fill_ms_);
}

TEST_F(Building, gives_a_block_with_room_a_short_while_for_company) {
    const std::int64_t took_ms = time_to(1, 1, 1000);
    EXPECT_GE(took_ms, fill_ms_);
    EXPECT_LT(took_ms, 2 * fill_ms_);
}

TEST_F(Building, puts_windows_that_end_together_into_one_block) {
    const std::int64_t took_ms = time_to(1, 3, 3 * kOneWindow);
    EXPECT_LT(took_ms, fill_ms_) << "all three, which fill it";
}

TEST_F(Building, goes_on_to_the_next_height_at_once_while_work_waits) {
    const std::int64_t took_ms = time_to(3, 3, kOneWindow);
    EXPECT_LT(took_ms, 2 * fill_ms_) << "three full blocks; a pause each would be more";
}

}  // namespace
}  // namespace fairfeed::test
