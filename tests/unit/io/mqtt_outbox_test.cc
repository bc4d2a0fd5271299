#include "core/io/mqtt_outbox.h"

#include <gtest/gtest.h>

namespace fairfeed {
namespace {

class MqttOutboxTest : public testing::Test {
  protected:
    void accept(std::string_view topic) { ASSERT_TRUE(box_.accept(topic, {}, false)); }
    MqttOutbox box_{2, 4};
};

TEST_F(MqttOutboxTest, refuses_beyond_its_bound_with_what_is_in_flight_counted) {
    for (const char* topic : {"a", "b", "c", "d"})
        accept(topic);
    const auto sent = box_.send_next();
    EXPECT_FALSE(box_.accept("e", {}, false));
    ASSERT_TRUE(box_.complete(sent.number));
    EXPECT_TRUE(box_.accept("e", {}, false));
}

TEST_F(MqttOutboxTest, sends_no_more_than_the_window) {
    for (const char* topic : {"a", "b", "c"})
        accept(topic);
    EXPECT_EQ(box_.send_next().message->topic, "a");
    EXPECT_EQ(box_.send_next().message->topic, "b");
    EXPECT_FALSE(box_.may_send());
}

TEST_F(MqttOutboxTest, sends_again_in_the_order_of_acceptance) {
    for (const char* topic : {"a", "b", "c"})
        accept(topic);
    (void)box_.send_next();
    (void)box_.send_next();
    box_.put_all_back();
    EXPECT_EQ(box_.send_next().message->topic, "a");
    EXPECT_EQ(box_.send_next().message->topic, "b");
}

TEST_F(MqttOutboxTest, ignores_completions_of_older_sends) {
    accept("a");
    const auto old = box_.send_next();
    box_.put_all_back();
    const auto again = box_.send_next();
    EXPECT_FALSE(box_.complete(old.number));
    EXPECT_EQ(box_.complete(again.number)->topic, "a");
    EXPECT_FALSE(box_.complete(again.number));
    EXPECT_TRUE(box_.empty());
}

}  // namespace
}  // namespace fairfeed
