#include "gateway/dgmd/broker_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <sstream>

#include "core/io/mqtt_client.h"
#include "core/wire/topics.h"
#include "tests/support/free_port.h"
#include "tests/unit/dgmd/mosquitto.h"
#include "tests/unit/dgmd/provisioned.h"

namespace fairfeed {
namespace {

using testing::HasSubstr;
using testing_support::free_port;
using testing_support::kSmallLab;
using testing_support::Mosquitto;
using testing_support::Provisioned;
using testing_support::with;

constexpr std::chrono::seconds kPatience(20);

// The lines with content.
std::string without_comments(const std::string& text) {
    std::istringstream lines(text);
    std::string kept;
    for (std::string line; std::getline(lines, line);)
        if (!line.empty() && !line.starts_with('#')) kept += line + "\n";
    return kept;
}

std::string config_file(const std::string& name) {
    const auto text = read_text_file(FAIRFEED_SOURCE_DIR "/config/" + name);
    CHECK(text.has_value());
    return without_comments(*text);
}

LabNode node_named(const char* name) {
    return {NodeId(name), {}, "127.0.0.1", "127.0.0.1", 18831, {}};
}

TEST(BrokerFiles, are_what_the_commented_templates_describe) {
    LabNetwork lab;
    lab.parameters.name = "lab";
    lab.nodes = {node_named("n1"), node_named("n2")};
    EXPECT_EQ(without_comments(mosquitto_conf(lab.nodes[0], "/etc/fairfeed/nodes/n1", "mosquitto",
                                              {4'000'000, 12})),
              config_file("mosquitto/mosquitto.conf"));
    EXPECT_EQ(without_comments(mosquitto_acl(lab, lab.nodes[0])), config_file("mosquitto/acl"));
    EXPECT_EQ(without_comments(gateway_acl(lab)), config_file("mosquitto/gateway-acl"));
}

std::string conf_for(const BrokerLoad& load) {
    return mosquitto_conf(node_named("n1"), "/n1", "mosquitto", load);
}

// Else a broker would throw the peers' largest messages away for ever: a queue that cannot hold one
// of them never delivers it.
TEST(BrokerFiles, a_network_of_large_blocks_has_queues_that_hold_its_largest_messages) {
    const std::string conf = conf_for({48'000'000, 10'000});
    EXPECT_THAT(conf, HasSubstr("\nmax_queued_bytes 192000000\n"));
    EXPECT_THAT(conf, HasSubstr("\nmemory_limit 768000000\n"));
    EXPECT_THAT(conf, HasSubstr("\nmax_connections 11100\n"));
}

// Else every meter beyond ten thousand would be refused at each dial.
TEST(BrokerFiles, a_broker_of_many_meters_has_a_connection_and_a_place_in_the_queue_for_each) {
    const std::string conf = conf_for({4'000'000, 20'000});
    EXPECT_THAT(conf, HasSubstr("\nmax_connections 22100\n"));
    EXPECT_THAT(conf, HasSubstr("\nmax_queued_messages 220000\n"));
    EXPECT_THAT(conf, HasSubstr("\nmax_queued_bytes 73819750\n"));
    EXPECT_THAT(conf, HasSubstr("\nmemory_limit 590558000\n"));
}

TEST(BrokerFiles, a_small_network_has_the_room_of_ten_thousand_meters_to_grow_into) {
    EXPECT_EQ(conf_for({4'000'000, 0}), conf_for({4'000'000, 9'000}));
}

// The events of one test's clients; a test can wait for one.
class Events {
  public:
    void note(const std::string& what) {
        const std::lock_guard lock(mutex_);
        seen_.insert(what);
        changed_.notify_all();
    }
    [[nodiscard]] bool wait_for(const std::string& what) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, kPatience, [&] { return seen_.contains(what); });
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::set<std::string> seen_;
};

// Nodes n1, n2 and meters m1, m2 with n1's generated broker.
class ProvisionedBroker : public testing::Test {
  protected:
    ProvisionedBroker() {
        ::signal(SIGPIPE, SIG_IGN);
        constexpr int kTries = 3;  // another process may take the port before it is used
        for (int i = 0; i < kTries && !is_up(); ++i) {
            port_ = free_port();
            made_ = std::make_unique<Provisioned>(
                with(kSmallLab, "port: 18831", "port: " + std::to_string(port_)));
            CHECK(made_->run().status == 0);
            broker_ = std::make_unique<Mosquitto>(*made_ / "nodes/n1/mosquitto.conf",
                                                  *made_ / "nodes/n1/mosquitto.log");
        }
    }

    // Only a client can prove that the broker listens.
    [[nodiscard]] bool is_up() { return broker_ != nullptr && node_is_connected(); }

    [[nodiscard]] bool node_is_connected() {
        events_ = std::make_unique<Events>();
        node_ = connect("n1", "nodes/n1/keys", {{std::string("ff1/lab/+/reading/-")}});
        return events_->wait_for("n1 connected") && !broker_->has_ended();
    }

    std::unique_ptr<MqttClient> connect(const std::string& name, const std::string& directory,
                                        std::vector<MqttSubscription> subscriptions = {}) {
        MqttConfig config;
        config.host = "127.0.0.1";
        config.port = port_;
        config.client_id = name;
        config.ca_file = *made_ / "nodes/n2/keys/ca.crt";
        config.certificate_file = *made_ / (directory + "/tls.crt");
        config.key_file = *made_ / (directory + "/tls.key");
        config.subscriptions = std::move(subscriptions);
        Events* events = events_.get();
        return std::make_unique<MqttClient>(
            dialer_, config,
            MqttHandlers{[events, name](std::string_view topic, ByteView payload, bool) {
                             events->note(name + " hears " + std::string(as_text(payload)) +
                                          " on " + std::string(topic));
                         },
                         [events, name](bool connected, std::string_view) {
                             events->note(name + (connected ? " connected" : " disconnected"));
                         },
                         [events, name](std::string_view topic, int code) {
                             events->note(name + " denied " + std::to_string(code) + " on " +
                                          std::string(topic));
                         }});
    }

    void say(MqttClient& client, const std::string& topic, const std::string& text) {
        EXPECT_TRUE(client.publish(topic, as_bytes(text), false));
    }

    MqttDialer dialer_;
    std::uint16_t port_ = 0;
    std::unique_ptr<Provisioned> made_;
    std::unique_ptr<Events> events_;
    std::unique_ptr<Mosquitto> broker_;
    std::unique_ptr<MqttClient> node_;
};

TEST_F(ProvisionedBroker, carries_its_nodes_words_to_a_peer_and_to_the_utility) {
    const auto peer = connect("n2", "nodes/n2/keys", {{"ff1/lab/n1/status/-"}});
    const auto utility = connect("dgmd", "dgmd", {{"ff1/lab/n1/status/-"}});
    ASSERT_TRUE(events_->wait_for("n2 connected"));
    ASSERT_TRUE(events_->wait_for("dgmd connected"));
    EXPECT_TRUE(node_->publish("ff1/lab/n1/status/-", as_bytes("well"), true));
    EXPECT_TRUE(events_->wait_for("n2 hears well on ff1/lab/n1/status/-"));
    EXPECT_TRUE(events_->wait_for("dgmd hears well on ff1/lab/n1/status/-"));
}

TEST_F(ProvisionedBroker, denies_a_peer_every_publish) {
    const auto peer = connect("n2", "nodes/n2/keys");
    ASSERT_TRUE(events_->wait_for("n2 connected"));
    say(*peer, "ff1/lab/n1/prevote/-", "forged");
    say(*peer, "ff1/lab/n2/prevote/-", "at the wrong broker");
    EXPECT_TRUE(events_->wait_for("n2 denied 135 on ff1/lab/n1/prevote/-"));
    EXPECT_TRUE(events_->wait_for("n2 denied 135 on ff1/lab/n2/prevote/-"));
}

TEST_F(ProvisionedBroker, carries_a_meters_own_reading_and_denies_it_anothers) {
    const auto meter = connect("m1", "meters/m1");
    ASSERT_TRUE(events_->wait_for("m1 connected"));
    say(*meter, "ff1/lab/m2/reading/-", "forged");
    EXPECT_TRUE(events_->wait_for("m1 denied 135 on ff1/lab/m2/reading/-"));
    say(*meter, "ff1/lab/m1/reading/-", "mine");
    EXPECT_TRUE(events_->wait_for("n1 hears mine on ff1/lab/m1/reading/-"));
}

TEST_F(ProvisionedBroker, takes_the_name_from_the_certificate_alone) {
    const auto meter = connect("n1-in-disguise", "meters/m1");
    ASSERT_TRUE(events_->wait_for("n1-in-disguise connected"));
    say(*meter, "ff1/lab/m1/reading/-", "as m1");
    EXPECT_TRUE(events_->wait_for("n1 hears as m1 on ff1/lab/m1/reading/-"));
}

TEST_F(ProvisionedBroker, loads_its_configuration_without_a_complaint) {
    const auto log = read_text_file(*made_ / "nodes/n1/mosquitto.log");
    ASSERT_TRUE(log);
    EXPECT_THAT(*log, HasSubstr("as n1 (p5, "));
    std::istringstream lines(*log);
    for (std::string line; std::getline(lines, line);) {
        if (line.find("should not be run as root") != std::string::npos) continue;
        EXPECT_THAT(line, testing::Not(testing::AnyOf(HasSubstr("Error"), HasSubstr("Warning"))));
    }
}

}  // namespace
}  // namespace fairfeed
