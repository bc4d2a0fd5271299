// Whole networks under loss, delay, partition, crash and lies, from seeds. The tests check
// agreement, no honest equivocation, no accused honest validator, and progress once the links are
// good. A failure prints everything needed to repeat it. FAIRFEED_SEEDS=N runs N seeds per size
// instead.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "tests/unit/consensus/world.h"

namespace fairfeed::consensus {
namespace {

std::uint64_t seeds(std::uint64_t by_default) {
    const char* wanted = std::getenv("FAIRFEED_SEEDS");
    return wanted == nullptr ? by_default : std::strtoull(wanted, nullptr, 10);
}

class Networks : public testing::TestWithParam<std::size_t> {
  protected:
    void all_go_well(WorldOptions options, std::uint64_t by_default) {
        options.validators = GetParam();
        for (std::uint64_t seed = 1; seed <= seeds(by_default); ++seed) {
            World world(seed, options);
            const std::string fault = world.run();
            ASSERT_EQ(fault, "") << "seed " << seed << ", " << options.validators << " validators, "
                                 << options.liars << " liars";
        }
    }
    Round latest_ = 0;  // highest round of a decision
};

TEST_P(Networks, agree_and_go_on_through_loss_partition_and_crashes) {
    all_go_well({}, 80);
}

TEST_P(Networks, agree_and_go_on_among_as_many_liars_as_they_tolerate) {
    WorldOptions options;
    options.liars = tolerated_faults(GetParam());
    if (options.liars > 0) all_go_well(options, 120);
}

TEST_P(Networks, decide_in_the_first_round_when_nothing_is_wrong) {
    WorldOptions options;
    options.faults = false;
    options.all_work = true;
    all_go_well(options, 10);
    EXPECT_EQ(latest_, 0U);
}

TEST_P(Networks, are_woken_by_a_single_node_with_work) {
    WorldOptions options;
    options.faults = false;
    options.one_worker = true;
    all_go_well(options, 10);
    EXPECT_LT(latest_, GetParam());
}

TEST_P(Networks, build_no_block_and_say_nothing_without_work) {
    WorldOptions options;
    options.validators = GetParam();
    options.no_work = true;
    options.faults = false;
    World world(1, options);
    EXPECT_EQ(world.run(), "");
    EXPECT_EQ(world.built(), 0U);
    EXPECT_EQ(world.statements(), 0U);
}

TEST(Replay, repeats_a_network_from_the_same_seed) {
    WorldOptions options;
    options.liars = 1;
    World first(7141, options);
    World second(7141, options);
    EXPECT_EQ(first.run(), second.run());
    EXPECT_EQ(first.now_ms(), second.now_ms());
    EXPECT_EQ(first.statements(), second.statements());
}

INSTANTIATE_TEST_SUITE_P(Of, Networks, testing::Values(1, 2, 3, 4, 5, 6, 7, 10));

}  // namespace
}  // namespace fairfeed::consensus
