// Many lines in one loop against a real Mosquitto with mutual TLS; see tests/support/broker.h.
// MqttClient keeps the same promises over Paho, so the stories are those of its tests.
#include "core/io/mqtt_multiplexer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>

#include "core/io/clock.h"
#include "tests/support/broker.h"
#include "tests/unit/io/mqtt_test_lines.h"

namespace fairfeed {
namespace {

using testing::HasSubstr;
using testing_support::Broker;
using testing_support::ClientFiles;
using testing_support::config_for;
using testing_support::Lines;

constexpr std::int64_t kDayS = 86'400;

class MqttMultiplexerTest : public testing::Test {
  protected:
    static void SetUpTestSuite() { std::signal(SIGPIPE, SIG_IGN); }
};

TEST_F(MqttMultiplexerTest, delivers_what_another_client_publishes) {
    const Broker broker;
    Lines hears(broker, "hears", {{"t/+/a"}, {"u/#"}});
    EXPECT_EQ(hears.await("connected"), "0 connected");
    Lines says(broker, "says");
    ASSERT_TRUE(says.say("t/1/a", "one"));  // perhaps before the connection is up
    ASSERT_TRUE(says.say("t/1/b", "two"));
    ASSERT_TRUE(says.say("u/1", std::string(60'000, 'x')));
    EXPECT_EQ(hears.await("message"), "0 message t/1/a one");
    EXPECT_THAT(hears.await("message"), HasSubstr("message u/1 xxx"));
}

TEST_F(MqttMultiplexerTest, reports_a_publish_the_acl_denies) {
    const Broker broker("user says\ntopic write allowed/#\n");
    Lines says(broker, "says");
    ASSERT_TRUE(says.say("forbidden/x", "no"));
    ASSERT_TRUE(says.say("allowed/x", "yes"));
    EXPECT_EQ(says.await("denied"), "0 denied forbidden/x 135");
    EXPECT_EQ(says.await_counts([](const auto& c) { return c.acknowledged == 1; }).denied, 1U);
}

TEST_F(MqttMultiplexerTest, refuses_a_broker_whose_certificate_names_another_host) {
    const Broker broker("topic readwrite #\n", "10.9.8.7");
    Lines client(broker, "client");
    EXPECT_THAT(client.await("connected"),
                HasSubstr("the certificate of the broker at 127.0.0.1 port " +
                          std::to_string(broker.port()) + " is for 10.9.8.7, not for 127.0.0.1"));
    EXPECT_EQ(client.counts().connects, 0U);
}

TEST_F(MqttMultiplexerTest, refuses_a_broker_of_another_authority) {
    const Broker broker;
    const Broker other;
    MqttConfig config = config_for(broker, "client", broker.issue("client"));
    config.port = other.port();
    Lines client({config});
    EXPECT_THAT(client.await("connected"), HasSubstr("is not of this network's authority"));
    EXPECT_EQ(client.counts().connects, 0U);
}

TEST_F(MqttMultiplexerTest, says_what_is_wrong_with_its_own_files_when_the_broker_refuses_them) {
    const Broker broker;
    const Broker other;
    const ClientFiles expired = broker.issue("a", {.from_s = -3 * kDayS, .until_s = -kDayS});
    const ClientFiles mixed{broker.issue("d").certificate, broker.issue("e").key};
    const auto refusal = [&](const std::string& name, const ClientFiles& files) {
        return Lines({config_for(broker, name, files)}).await("disconnected");
    };
    EXPECT_THAT(refusal("a", expired), HasSubstr("a.pem: expired on 2"));
    EXPECT_THAT(refusal("c", other.issue("c")), HasSubstr("was not issued by the authority in"));
    EXPECT_THAT(refusal("d", mixed), HasSubstr("e.key: is not the key of the certificate "));
    EXPECT_THAT(refusal("f", {"/no/f.pem", expired.key}),
                HasSubstr("/no/f.pem: no certificate can be read"));
}

TEST_F(MqttMultiplexerTest, goes_on_with_a_certificate_that_was_renewed_in_its_place) {
    const Broker broker;
    Lines client(
        {config_for(broker, "a", broker.issue("a", {.from_s = -3 * kDayS, .until_s = -kDayS}))});
    EXPECT_THAT(client.await("disconnected"), HasSubstr("a.pem: expired on"));
    (void)broker.issue("a");
    EXPECT_EQ(client.await("connected"), "0 connected");
}

TEST_F(MqttMultiplexerTest, shows_each_broker_the_identity_of_its_own_line) {
    // The pattern lets a client write only below its own name.
    const Broker broker("pattern read #\npattern write of/%u\n");
    Lines lines({config_for(broker, "a", broker.issue("a"), {{"of/#"}}),
                 config_for(broker, "b", broker.issue("b"))});
    ASSERT_NE(lines.await("0 connected"), "");
    ASSERT_TRUE(lines.say("of/a", "not mine", 1));
    EXPECT_EQ(lines.await("denied"), "1 denied of/a 135");
    ASSERT_TRUE(lines.say("of/b", "mine", 1));
    EXPECT_EQ(lines.await("message"), "0 message of/b mine");
}

TEST_F(MqttMultiplexerTest, waits_for_a_broker_that_is_not_there_yet) {
    Broker broker;
    broker.die();
    Lines client(broker, "client", {{"t"}});
    EXPECT_THAT(client.await("connected"), HasSubstr("nobody answers with TLS at 127.0.0.1 port"));
    ASSERT_TRUE(client.say("t", "early"));
    broker.revive();
    EXPECT_EQ(client.await("message"), "0 message t early");
}

TEST_F(MqttMultiplexerTest, subscribes_again_when_the_broker_has_died_and_returned) {
    Broker broker;
    Lines client(broker, "client", {{"t/#"}});
    EXPECT_EQ(client.await("connected"), "0 connected");
    for (const char* text : {"one", "two", "three"}) {
        broker.die();
        EXPECT_THAT(client.await("connected"), HasSubstr("disconnected"));
        ASSERT_TRUE(client.say("t/x", text));
        broker.revive();
        // The message may follow a copy of the previous one: QoS 1 may deliver twice.
        EXPECT_NE(client.await(std::string("message t/x ") + text), "");
    }
    EXPECT_EQ(client.counts().connects, 4U);
}

TEST_F(MqttMultiplexerTest, refuses_what_its_buffer_cannot_hold) {
    Broker broker;
    broker.die();
    Lines client(broker, "client");
    std::size_t taken = 0;
    while (client.say("t", "x"))
        ++taken;
    EXPECT_EQ(taken, MqttConfig().max_buffered);
    EXPECT_EQ(client.counts().refused, 1U);
}

TEST_F(MqttMultiplexerTest, delivers_a_burst_in_order_and_without_loss) {
    const Broker broker;
    constexpr std::size_t kMessages = 900;
    Lines hears(broker, "hears", {{"t"}});
    hears.await("connected");
    Lines says(broker, "says");
    for (std::size_t i = 0; i < kMessages; ++i)
        ASSERT_TRUE(says.say("t", std::to_string(i)));
    for (std::size_t i = 0; i < kMessages; ++i)
        ASSERT_EQ(hears.await("message"), "0 message t " + std::to_string(i));
    const auto counts =
        says.await_counts([](const auto& c) { return c.acknowledged == kMessages; });
    EXPECT_EQ(counts.acknowledged, kMessages);
    EXPECT_GT(counts.bytes_sent, 4 * kMessages);
    EXPECT_GT(counts.bytes_received, 4 * kMessages);
}

TEST_F(MqttMultiplexerTest, tells_nothing_after_its_destructor) {
    const Broker broker;
    Lines hears(broker, "hears", {{"t"}});
    hears.await("connected");
    Lines says(broker, "says");
    for (int i = 0; i < 500; ++i)
        ASSERT_TRUE(says.say("t", "x"));
    ASSERT_THAT(hears.await("message"), HasSubstr("message"));
    hears.close();
    const std::size_t unread = hears.unread();
    says.close();
    EXPECT_EQ(hears.unread(), unread);
}

TEST_F(MqttMultiplexerTest, ends_within_its_bound_whatever_the_broker_does) {
    const Clock clock;
    Broker broker;
    Lines connected(broker, "connected");
    connected.await("connected");
    broker.die();
    Lines dialling(broker, "dialling");
    ASSERT_TRUE(dialling.say("t", "never"));
    const std::int64_t begin_ms = clock.now().steady_ms;
    connected.close();
    dialling.close();
    EXPECT_LE(clock.now().steady_ms - begin_ms, 2200);
}

// MQTT 5, 3.3: fixed header 2, topic 2 + 3, packet identifier 2, properties 1, payload. 3.4: 4.
TEST_F(MqttMultiplexerTest, counts_the_bytes_of_packets_by_line) {
    const Broker broker;
    Lines lines({config_for(broker, "a", broker.issue("a"), {{"t/1"}}),
                 config_for(broker, "b", broker.issue("b"))});
    ASSERT_EQ(lines.await_counts([](const auto& c) { return c.up == 2; }).up, 2U);
    const MqttTraffic before = lines.traffic(0);
    const MqttTraffic other = lines.traffic(1);
    EXPECT_GT(before.sent, other.sent) << "it subscribed";
    ASSERT_TRUE(lines.say("t/1", std::string(100, 'x'), 1));
    EXPECT_NE(lines.await("message"), "");
    (void)lines.await_counts([](const auto& c) { return c.acknowledged == 1; });
    constexpr std::uint64_t kPublish = 2 + 2 + 3 + 2 + 1 + 100;
    EXPECT_EQ(lines.traffic(1).sent - other.sent, kPublish);
    EXPECT_EQ(lines.traffic(1).received - other.received, 4U);
    EXPECT_EQ(lines.traffic(0).received - before.received, kPublish);
}

// More lines than dial at a time. Where each one takes long (scripts/test, under TSan), fewer.
std::size_t lines_wanted() {
    const char* told = std::getenv("FAIRFEED_MQTT_CLIENTS");
    return told == nullptr ? 300 : static_cast<std::size_t>(std::atoi(told));
}

TEST_F(MqttMultiplexerTest, carries_hundreds_of_lines_and_all_of_them_again_after_a_restart) {
    Broker broker;
    const std::size_t count = lines_wanted();
    std::vector<MqttConfig> configs;
    for (std::size_t i = 0; i < count; ++i) {
        const std::string name = "c" + std::to_string(i);
        configs.push_back(config_for(broker, name, broker.issue(name), {{"to/" + name}}));
    }
    Lines lines(std::move(configs));
    for (const std::uint64_t connects : {count, 2 * count}) {
        const auto up = lines.await_counts(
            [&](const auto& c) { return c.up == count && c.connects == connects; });
        ASSERT_EQ(up.up, count);
        ASSERT_EQ(up.connects, connects);
        for (std::size_t i = 0; i < count; ++i)
            ASSERT_TRUE(lines.say("to/c" + std::to_string((i + 1) % count), "hello", i));
        const auto heard = lines.await_counts(
            [&](const auto& c) { return c.received >= (connects / count) * count; });
        ASSERT_EQ(heard.received, connects);
        if (connects > count) continue;
        broker.die();
        broker.revive();
    }
}

}  // namespace
}  // namespace fairfeed
