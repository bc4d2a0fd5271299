#include "core/io/mqtt_dial_plan.h"

#include <gtest/gtest.h>

namespace fairfeed {
namespace {

using Step = MqttDialPlan::Step;

class MqttDialPlanTest : public testing::Test {
  protected:
    static MqttPatience patience() {
        MqttPatience patience;
        patience.redial_min_ms = 100;
        patience.redial_max_ms = 300;
        patience.resolve_ms = 900;
        patience.dial_ms = 5000;
        patience.hang_up_ms = 400;
        patience.drain_ms = 500;
        patience.subscriptions = 2;
        return patience;
    }
    Step step_at(std::int64_t now_ms) { return plan_.take_step(now_ms, true); }
    void dial_at(std::int64_t now_ms, std::size_t addresses = 1) {
        ASSERT_EQ(step_at(now_ms), Step::resolve);
        ASSERT_TRUE(plan_.resolved(addresses, now_ms));
        ASSERT_EQ(step_at(now_ms), Step::dial);
    }
    void connect_at(std::int64_t now_ms) {
        dial_at(now_ms);
        ASSERT_TRUE(plan_.dialled(plan_.attempt(), true, now_ms));
        ASSERT_EQ(step_at(now_ms), Step::subscribe);
        ASSERT_FALSE(plan_.subscribed(plan_.attempt(), true));
        ASSERT_TRUE(plan_.subscribed(plan_.attempt(), true));
    }

    MqttDialPlan plan_{patience()};
};

TEST_F(MqttDialPlanTest, is_reachable_once_every_subscription_is_acknowledged) {
    connect_at(0);
    EXPECT_TRUE(plan_.is_reachable());
    EXPECT_EQ(step_at(1), Step::none);
    EXPECT_EQ(plan_.due_ms(), INT64_MAX);
}

TEST_F(MqttDialPlanTest, doubles_its_delay_up_to_the_bound) {
    std::int64_t now_ms = 0;
    for (const std::int64_t delay_ms : {100, 200, 300, 300}) {
        dial_at(now_ms);
        ASSERT_TRUE(plan_.dialled(plan_.attempt(), false, now_ms));
        EXPECT_EQ(plan_.due_ms(), now_ms + delay_ms);
        EXPECT_EQ(step_at(now_ms + delay_ms - 1), Step::none);
        now_ms += delay_ms;
    }
}

TEST_F(MqttDialPlanTest, dials_again_soon_after_a_loss) {
    connect_at(0);
    ASSERT_TRUE(plan_.lost(1000));
    EXPECT_FALSE(plan_.lost(1001));
    EXPECT_FALSE(plan_.is_reachable());
    EXPECT_EQ(step_at(1099), Step::none);
    connect_at(1100);
}

TEST_F(MqttDialPlanTest, gives_up_an_attempt_that_never_answers) {
    dial_at(0);
    EXPECT_EQ(step_at(4999), Step::none);
    EXPECT_EQ(step_at(5000), Step::hang_up);
    EXPECT_FALSE(plan_.dialled(plan_.attempt(), true, 5001));
    EXPECT_EQ(step_at(5400), Step::end);
    ASSERT_TRUE(plan_.hung_up(5400));
    dial_at(5500);
}

TEST_F(MqttDialPlanTest, ignores_reports_of_older_attempts) {
    connect_at(0);
    const std::uint64_t old = plan_.attempt();
    ASSERT_TRUE(plan_.lost(0));
    dial_at(100);
    EXPECT_FALSE(plan_.dialled(old, false, 100));
    EXPECT_TRUE(plan_.dialled(plan_.attempt(), true, 100));
    EXPECT_FALSE(plan_.subscribed(old, false));
}

TEST_F(MqttDialPlanTest, hangs_up_on_a_broker_that_refuses_a_subscription) {
    dial_at(0);
    ASSERT_TRUE(plan_.dialled(plan_.attempt(), true, 0));
    ASSERT_EQ(step_at(0), Step::subscribe);
    ASSERT_TRUE(plan_.subscribed(plan_.attempt(), false));
    EXPECT_FALSE(plan_.is_reachable());
    EXPECT_EQ(step_at(0), Step::hang_up);
}

TEST_F(MqttDialPlanTest, hands_over_what_it_holds_before_it_ends) {
    connect_at(0);
    plan_.start_close(10);
    EXPECT_EQ(plan_.take_step(20, false), Step::none);
    EXPECT_EQ(plan_.take_step(510, false), Step::hang_up);
    ASSERT_TRUE(plan_.hung_up(511));
    EXPECT_TRUE(plan_.is_closed());
    EXPECT_EQ(step_at(9999), Step::none);
}

TEST_F(MqttDialPlanTest, tries_every_address_of_a_name_before_it_waits) {
    dial_at(0, 3);
    EXPECT_EQ(plan_.address(), 0U);
    ASSERT_TRUE(plan_.dialled(plan_.attempt(), false, 10));
    ASSERT_EQ(step_at(10), Step::dial);
    EXPECT_EQ(plan_.address(), 1U);
    // The plan hangs up on an address that never answers, and tries the next one.
    EXPECT_EQ(step_at(5010), Step::hang_up);
    ASSERT_TRUE(plan_.hung_up(5020));
    ASSERT_EQ(step_at(5020), Step::dial);
    EXPECT_EQ(plan_.address(), 2U);
    ASSERT_TRUE(plan_.dialled(plan_.attempt(), false, 5030));
    EXPECT_EQ(step_at(5129), Step::none);
    EXPECT_EQ(step_at(5130), Step::resolve);
}

TEST_F(MqttDialPlanTest, asks_for_a_name_again_that_nobody_answered) {
    ASSERT_EQ(step_at(0), Step::resolve);
    EXPECT_EQ(step_at(899), Step::none);
    EXPECT_EQ(step_at(900), Step::unresolved);
    ASSERT_TRUE(plan_.resolved(0, 900));
    EXPECT_FALSE(plan_.resolved(1, 901));
    EXPECT_EQ(step_at(999), Step::none);
    EXPECT_EQ(step_at(1000), Step::resolve);
}

TEST_F(MqttDialPlanTest, ends_at_once_while_a_name_is_looked_up) {
    ASSERT_EQ(step_at(0), Step::resolve);
    plan_.start_close(1);
    EXPECT_EQ(step_at(1), Step::end);
    ASSERT_TRUE(plan_.hung_up(1));
    EXPECT_TRUE(plan_.is_closed());
}

TEST_F(MqttDialPlanTest, ends_at_once_when_there_is_no_connection) {
    plan_.start_close(0);
    EXPECT_EQ(step_at(0), Step::end);
    ASSERT_TRUE(plan_.hung_up(0));
    EXPECT_TRUE(plan_.is_closed());
}

}  // namespace
}  // namespace fairfeed
