#include "meter-sim/scenario_witness.h"

#include <gtest/gtest.h>

namespace fairfeed {
namespace {

const MeterId kMeter("m-1");
const NodeId kNode("n1");

class ScenarioWitnessTest : public ::testing::Test {
  protected:
    // The meter signs the reading of this window; its sequence is one higher.
    void measures(Window window) {
        KeptReading reading;
        reading.window = window;
        reading.sequence = window + 1;
        MeterState state;
        state.next_window = window + 1;
        witness_.saw(kMeter, meter_effect::PersistReading{reading, state});
    }
    void is_receipted(Window window) {
        witness_.saw(kMeter, meter_effect::PersistReceipt{window + 1, kNode, false});
        witness_.saw(kMeter, meter_effect::PersistReceipt{window + 1, kNode, true});
    }
    void hears_a_share(Window window, std::int64_t share_w = kNoShareW) {
        MeterState state;
        state.shares = {{window, {share_w, 0}}};
        witness_.saw(kMeter, meter_effect::PersistState{state});
    }
    [[nodiscard]] MeterOutcome outcome() const { return witness_.outcome(kMeter); }

    ScenarioWitness witness_{2};
};

TEST_F(ScenarioWitnessTest, a_window_that_was_receipted_before_it_was_settled_is_not_estimated) {
    measures(2);
    is_receipted(2);
    hears_a_share(2);
    EXPECT_EQ(outcome().settled, 1);
    EXPECT_EQ(outcome().shares, 1);
    EXPECT_EQ(outcome().estimated, 0);
    EXPECT_FALSE(outcome().curtailed);
}

TEST_F(ScenarioWitnessTest, windows_before_the_scenario_do_not_count) {
    measures(1);
    hears_a_share(1);
    EXPECT_EQ(outcome().settled, 0);
    EXPECT_EQ(outcome().shares, 0);
    EXPECT_EQ(outcome().estimated, 0);
}

TEST_F(ScenarioWitnessTest, one_share_settles_the_windows_before_it_too) {
    for (const Window window : {2U, 3U, 4U})
        measures(window);
    is_receipted(3);
    hears_a_share(4, 1500);
    EXPECT_EQ(outcome().settled, 3);
    EXPECT_EQ(outcome().estimated, 2) << "windows 2 and 4";
    EXPECT_TRUE(outcome().curtailed);
}

TEST_F(ScenarioWitnessTest, a_late_reading_is_trued_up_by_the_next_settlement_and_not_before) {
    measures(2);
    hears_a_share(2);
    EXPECT_EQ(outcome().estimated, 1);
    is_receipted(2);
    EXPECT_EQ(outcome().trued_up, 0);
    hears_a_share(2);
    EXPECT_EQ(outcome().trued_up, 0);
    measures(3);
    is_receipted(3);
    hears_a_share(3);
    EXPECT_EQ(outcome().trued_up, 1);
    EXPECT_EQ(outcome().estimated, 1) << "it stays a window that was estimated";
}

TEST_F(ScenarioWitnessTest, a_meter_that_lags_is_estimated_before_it_has_measured) {
    hears_a_share(2);
    EXPECT_EQ(outcome().estimated, 1);
    measures(2);
    is_receipted(2);
    hears_a_share(3);
    EXPECT_EQ(outcome().trued_up, 1);
    EXPECT_EQ(outcome().estimated, 2);
}

TEST_F(ScenarioWitnessTest, an_opened_meter_owes_no_window_from_its_alarm_on) {
    measures(2);
    is_receipted(2);
    KeptReading alarm;
    alarm.window = 3;
    alarm.sequence = 4;
    MeterState state;
    state.next_window = 3;
    witness_.saw(kMeter, meter_effect::PersistReading{alarm, state});
    EXPECT_FALSE(outcome().seal_broken) << "nobody has heard of it";
    is_receipted(3);
    EXPECT_TRUE(outcome().seal_broken);
    hears_a_share(5);
    EXPECT_EQ(outcome().estimated, 0);
}

TEST_F(ScenarioWitnessTest, of_a_meter_that_did_nothing_nothing_is_known) {
    EXPECT_EQ(witness_.outcome(MeterId("m-2")).settled, 0);
    EXPECT_TRUE(witness_.meters().empty());
}

}  // namespace
}  // namespace fairfeed
