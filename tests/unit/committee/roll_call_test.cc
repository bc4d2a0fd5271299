#include "edge-node/committee/roll_call.h"

#include <gtest/gtest.h>

#include "tests/support/test_network.h"

namespace fairfeed::committee {
namespace {

const ClusterId kCluster("cluster-1");

class RollCallTest : public ::testing::Test {
  protected:
    static test::TestNetworkOptions street() {
        test::TestNetworkOptions options;
        options.nodes = 1;
        options.clusters_with_meters = 1;
        options.meters_per_cluster = 5;
        return options;
    }
    void hear(std::size_t meter) { held_.try_emplace(meters_[meter]); }
    [[nodiscard]] bool is_complete(Window window = 0) const {
        return roll_.is_complete(state_, kCluster, window, &held_);
    }

    test::TestNetwork network_{street()};
    ChainState state_ = network_.initial_state();
    std::vector<MeterId> meters_ = state_.meters_of(kCluster, 0);
    OpenedReadings held_;
    RollCall roll_;
};

TEST_F(RollCallTest, is_complete_with_the_last_meter_in_whatever_order_they_come) {
    for (const std::size_t meter : {4U, 0U, 2U, 1U}) {
        hear(meter);
        EXPECT_FALSE(is_complete());
    }
    hear(3);
    EXPECT_TRUE(is_complete());
    EXPECT_TRUE(is_complete());
}

TEST_F(RollCallTest, begins_anew_with_every_window) {
    for (std::size_t meter = 0; meter < 5; ++meter)
        hear(meter);
    EXPECT_TRUE(is_complete(0));
    held_.clear();
    EXPECT_FALSE(is_complete(1));
    EXPECT_FALSE(roll_.is_complete(state_, kCluster, 1, nullptr));
}

TEST_F(RollCallTest, does_not_wait_for_a_meter_that_a_block_takes_out) {
    for (std::size_t meter = 1; meter < 5; ++meter)
        hear(meter);
    EXPECT_FALSE(is_complete());
    ++state_.height;
    state_.meters.edit(meters_[0]).tampered = Tampering{0, AlarmType::seal_broken, {}};
    EXPECT_TRUE(is_complete());
}

TEST_F(RollCallTest, waits_for_a_meter_that_a_block_adds_before_those_already_heard) {
    MeterRecord& late = state_.meters.edit(meters_[1]);
    const auto grants = std::exchange(late.grants, {});
    for (const std::size_t meter : {0U, 2U, 3U, 4U})
        hear(meter);
    EXPECT_TRUE(is_complete());
    ++state_.height;
    late.grants = grants;
    EXPECT_FALSE(is_complete());
    hear(1);
    EXPECT_TRUE(is_complete());
}

}  // namespace
}  // namespace fairfeed::committee
