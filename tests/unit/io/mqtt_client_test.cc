// The client against a real Mosquitto with mutual TLS; see tests/support/broker.h.
#include "core/io/mqtt_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <memory>

#include "core/io/clock.h"
#include "tests/support/broker.h"
#include "tests/unit/io/mqtt_listener.h"

namespace fairfeed {
namespace {

using testing::HasSubstr;
using testing_support::Broker;
using testing_support::Listener;

class MqttClientTest : public testing::Test {
  protected:
    static void SetUpTestSuite() { std::signal(SIGPIPE, SIG_IGN); }
    MqttDialer dialer_;
};

TEST_F(MqttClientTest, delivers_what_another_client_publishes) {
    const Broker broker;
    Listener hears(dialer_, broker, "hears", {{"t/+/a"}, {"u/#"}});
    EXPECT_EQ(hears.await("connected"), "connected");
    Listener says(dialer_, broker, "says", {});
    ASSERT_TRUE(says.say("t/1/a", "one"));  // perhaps before the connection is up
    ASSERT_TRUE(says.say("t/1/b", "two"));
    ASSERT_TRUE(says.say("u/1", std::string(60'000, 'x')));
    EXPECT_EQ(hears.await("message"), "message t/1/a one");
    EXPECT_THAT(hears.await("message"), HasSubstr("message u/1 xxx"));
}

TEST_F(MqttClientTest, reports_a_publish_the_acl_denies) {
    const Broker broker("user says\ntopic write allowed/#\n");
    Listener says(dialer_, broker, "says", {});
    ASSERT_TRUE(says.say("forbidden/x", "no"));
    ASSERT_TRUE(says.say("allowed/x", "yes"));
    EXPECT_EQ(says.await("denied"), "denied forbidden/x 135");
    EXPECT_EQ(says->counts().denied, 1U);
}

TEST_F(MqttClientTest, refuses_a_broker_whose_certificate_names_another_host) {
    const Broker broker("topic readwrite #\n", "10.9.8.7");
    Listener client(dialer_, broker, "client", {});
    EXPECT_THAT(client.await("connected"),
                HasSubstr("the certificate of the broker at 127.0.0.1 port " +
                          std::to_string(broker.port()) + " is for 10.9.8.7, not for 127.0.0.1"));
    EXPECT_FALSE(client->is_connected());
    EXPECT_EQ(client->counts().connects, 0U);
}

TEST_F(MqttClientTest, refuses_a_broker_of_another_authority) {
    const Broker broker;
    const Broker other;
    Listener client(dialer_, broker, "client", {}, "127.0.0.1", other.port());
    EXPECT_THAT(client.await("connected"), HasSubstr("is not of this network's authority"));
    EXPECT_EQ(client->counts().connects, 0U);
}

TEST_F(MqttClientTest, waits_for_a_broker_that_is_not_there_yet) {
    Broker broker;
    broker.die();
    Listener client(dialer_, broker, "client", {{"t"}});
    EXPECT_THAT(client.await("connected"), HasSubstr("nobody answers with TLS at 127.0.0.1 port"));
    ASSERT_TRUE(client.say("t", "early"));
    broker.revive();
    EXPECT_EQ(client.await("message"), "message t early");
}

TEST_F(MqttClientTest, subscribes_again_when_the_broker_has_died_and_returned) {
    Broker broker;
    Listener client(dialer_, broker, "client", {{"t/#"}});
    EXPECT_EQ(client.await("connected"), "connected");
    for (const char* text : {"one", "two", "three"}) {
        broker.die();
        EXPECT_THAT(client.await("connected"), HasSubstr("disconnected"));
        ASSERT_TRUE(client.say("t/x", text));
        broker.revive();
        // The message may follow a copy of the previous one: QoS 1 may deliver twice.
        EXPECT_NE(client.await(std::string("message t/x ") + text), "");
    }
    EXPECT_EQ(client->counts().connects, 4U);
}

TEST_F(MqttClientTest, hears_retained_messages_only_where_it_asked_for_them) {
    const Broker broker;
    Listener says(dialer_, broker, "says", {{"last", RetainHandling::never}});
    says.await("connected");
    ASSERT_TRUE(says.say("kept", "old", true));
    ASSERT_TRUE(says.say("wanted", "old", true));
    ASSERT_TRUE(says.say("last", "-"));
    says.await("message last");  // so the broker has the two earlier messages
    Listener hears(dialer_, broker, "hears",
                   {{"kept", RetainHandling::never}, {"wanted", RetainHandling::send}});
    EXPECT_EQ(hears.await("message"), "message wanted old retained");
    ASSERT_TRUE(says.say("kept", "new", true));
    EXPECT_EQ(hears.await("message"), "message kept new");
}

TEST_F(MqttClientTest, refuses_what_its_buffer_cannot_hold) {
    Broker broker;
    broker.die();
    Listener client(dialer_, broker, "client", {});
    std::size_t taken = 0;
    while (client.say("t", "x"))
        ++taken;
    EXPECT_EQ(taken, MqttConfig().max_buffered);
    EXPECT_EQ(client->counts().refused, 1U);
}

TEST_F(MqttClientTest, delivers_a_burst_in_order_and_without_loss) {
    const Broker broker;
    constexpr int kMessages = 900;
    Listener hears(dialer_, broker, "hears", {{"t"}});
    hears.await("connected");
    Listener says(dialer_, broker, "says", {});
    for (int i = 0; i < kMessages; ++i)
        ASSERT_TRUE(says.say("t", std::to_string(i)));
    for (int i = 0; i < kMessages; ++i)
        ASSERT_EQ(hears.await("message"), "message t " + std::to_string(i));
}

// Receipts go without acknowledgement: the window of what is in flight must not fill up with them.
TEST_F(MqttClientTest, delivers_a_burst_that_nobody_acknowledges) {
    const Broker broker;
    Listener hears(dialer_, broker, "hears", {{"t"}});
    EXPECT_EQ(hears.await("connected"), "connected");
    Listener says(dialer_, broker, "says", {});
    EXPECT_EQ(says.await("connected"), "connected");
    for (int i = 0; i < 500; ++i)
        ASSERT_TRUE(
            says->publish("t", as_bytes(std::to_string(i)), false, Delivery::unacknowledged));
    for (int i = 0; i < 500; ++i)
        ASSERT_EQ(hears.await("message"), "message t " + std::to_string(i));
}

TEST_F(MqttClientTest, tells_nothing_after_its_destructor) {
    const Broker broker;
    Listener hears(dialer_, broker, "hears", {{"t"}});
    hears.await("connected");
    Listener says(dialer_, broker, "says", {});
    for (int i = 0; i < 500; ++i)
        ASSERT_TRUE(says.say("t", "x"));
    ASSERT_THAT(hears.await("message"), HasSubstr("message"));
    hears.close();
    const std::size_t unread = hears.unread();
    says.close();
    EXPECT_EQ(hears.unread(), unread);
}

TEST_F(MqttClientTest, ends_within_its_bound_whatever_the_broker_does) {
    const Clock clock;
    Broker broker;
    Listener connected(dialer_, broker, "connected", {});
    connected.await("connected");
    broker.die();
    Listener dialling(dialer_, broker, "dialling", {});
    ASSERT_TRUE(dialling.say("t", "never"));
    const std::int64_t begin_ms = clock.now().steady_ms;
    connected.close();
    dialling.close();
    EXPECT_LE(clock.now().steady_ms - begin_ms, 2200);
}

// The number of clients: 200, or fewer where each one takes long (scripts/test, under TSan).
int clients_wanted() {
    const char* told = std::getenv("FAIRFEED_MQTT_CLIENTS");
    return told == nullptr ? 200 : std::atoi(told);
}

TEST_F(MqttClientTest, carries_two_hundred_clients_in_one_process) {
    const Broker broker;
    std::vector<std::unique_ptr<Listener>> clients;
    for (int i = 0; i < clients_wanted(); ++i) {
        const std::string name = "c" + std::to_string(i);
        clients.push_back(std::make_unique<Listener>(
            dialer_, broker, name, std::vector<MqttSubscription>{{"to/" + name}}));
    }
    for (auto& client : clients)
        ASSERT_EQ(client->await("connected"), "connected");
    for (std::size_t i = 0; i < clients.size(); ++i) {
        const std::string next = "c" + std::to_string((i + 1) % clients.size());
        ASSERT_TRUE(clients[i]->say("to/" + next, "hello"));
    }
    for (auto& client : clients)
        ASSERT_THAT(client->await("message"), HasSubstr("hello"));
    for (auto& client : clients)
        (*client)->start_close();
}

}  // namespace
}  // namespace fairfeed
