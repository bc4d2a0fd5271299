// Brokers with names, against real Mosquittos and a name server that the test controls.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "core/io/clock.h"
#include "tests/support/broker.h"
#include "tests/support/name_server.h"
#include "tests/unit/io/mqtt_listener.h"

namespace fairfeed {
namespace {

using testing::HasSubstr;
using testing_support::Broker;
using testing_support::Listener;
using testing_support::NameServer;

class MqttNamesTest : public testing::Test {
  protected:
    static void SetUpTestSuite() { std::signal(SIGPIPE, SIG_IGN); }
    NameServer names_;
    MqttDialer dialer_{names_.lookup()};
};

TEST_F(MqttNamesTest, reaches_a_broker_that_listens_on_one_address_of_its_name) {
    const Broker broker(Broker::kOpenAcl, "n1.lan", "::1");
    names_.set("n1.lan", {"127.0.0.1", "::1"});
    Listener client(dialer_, broker, "client", {{"t"}}, "n1.lan");
    EXPECT_EQ(client.await("connected"), "connected");
    ASSERT_TRUE(client.say("t", "heard"));
    EXPECT_EQ(client.await("message"), "message t heard");
}

TEST_F(MqttNamesTest, tells_of_every_address_when_none_of_them_serves) {
    Broker broker(Broker::kOpenAcl, "n1.lan");
    broker.die();
    names_.set("n1.lan", {"127.0.0.1", "::1"});
    Listener client(dialer_, broker, "client", {}, "n1.lan");
    const std::string port = std::to_string(broker.port());
    EXPECT_EQ(client.await("disconnected"),
              "disconnected nobody answers with TLS at 127.0.0.1 port " + port +
                  "; nobody answers with TLS at ::1 port " + port);
}

TEST_F(MqttNamesTest, refuses_a_broker_at_the_right_address_with_another_name) {
    const Broker broker(Broker::kOpenAcl, "n1.lan");
    names_.set("n2.lan", {"127.0.0.1"});
    Listener client(dialer_, broker, "client", {}, "n2.lan");
    EXPECT_THAT(client.await("disconnected"), HasSubstr("is for n1.lan, not for n2.lan"));
    EXPECT_EQ(client->counts().connects, 0U);
}

TEST_F(MqttNamesTest, follows_a_broker_to_another_address) {
    Broker broker(Broker::kOpenAcl, "n1.lan", "127.0.0.2");
    names_.set("n1.lan", {"127.0.0.3"});
    Listener client(dialer_, broker, "client", {}, "n1.lan");
    EXPECT_THAT(client.await("disconnected"), HasSubstr("127.0.0.3"));
    names_.set("n1.lan", {"127.0.0.2"});
    EXPECT_EQ(client.await("connected"), "connected");
}

TEST_F(MqttNamesTest, says_that_a_name_is_unknown) {
    const Broker broker;
    Listener client(dialer_, broker, "client", {}, "nowhere.lan");
    EXPECT_EQ(client.await("disconnected"),
              "disconnected the name nowhere.lan has no address: unknown");
}

TEST_F(MqttNamesTest, loses_nothing_but_the_dead_peer_when_the_name_server_falls_silent) {
    const Broker own;
    Broker second(Broker::kOpenAcl, "n2.lan");
    Broker fourth(Broker::kOpenAcl, "n4.lan");
    names_.set("n2.lan", {"127.0.0.1"});
    names_.set("n4.lan", {"127.0.0.1"});
    Listener to_own(dialer_, own, "client", {{"t"}});
    Listener to_second(dialer_, second, "client", {{"t"}}, "n2.lan");
    Listener to_fourth(dialer_, fourth, "client", {{"t"}}, "n4.lan");
    for (Listener* each : {&to_own, &to_second, &to_fourth})
        ASSERT_EQ(each->await("connected"), "connected");
    names_.fall_silent();
    fourth.die();
    EXPECT_THAT(to_fourth.await("connected"), HasSubstr("disconnected"));
    Listener to_nobody(dialer_, own, "client", {}, "n5.lan");
    EXPECT_EQ(to_nobody.await("disconnected"),
              "disconnected the name n5.lan has no address: no name server has answered yet");
    // The other brokers stay connected, and a returning broker is found at its old address.
    second.die();
    EXPECT_THAT(to_second.await("connected"), HasSubstr("disconnected"));
    second.revive();
    EXPECT_EQ(to_second.await("connected"), "connected");
    for (Listener* each : {&to_own, &to_second}) {
        ASSERT_TRUE((*each).say("t", "on"));
        EXPECT_EQ(each->await("message"), "message t on");
        EXPECT_EQ((**each).counts().connects, each == &to_own ? 1U : 2U);
    }
}

TEST_F(MqttNamesTest, ends_at_once_while_a_name_is_looked_up) {
    const Clock clock;
    const Broker broker;
    names_.fall_silent();
    Listener client(dialer_, broker, "client", {}, "n4.lan");
    EXPECT_THAT(client.await("disconnected"), HasSubstr("no name server has answered yet"));
    const std::int64_t begin_ms = clock.now().steady_ms;
    client.close();
    EXPECT_LE(clock.now().steady_ms - begin_ms, 1100);
}

}  // namespace
}  // namespace fairfeed
