// The fleet against a real broker: as many meters as one process has, keys from files, mutual TLS,
// and a member that answers with receipts.
#include "meter-sim/fleet.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <sstream>
#include <thread>

#include "core/crypto/key_file.h"
#include "core/io/file.h"
#include "core/io/mqtt_client.h"
#include "core/io/signals.h"
#include "core/wire/genesis_file_codec.h"
#include "meter-sim/commands/run.h"
#include "meter-sim/commands/show.h"
#include "tests/support/broker.h"
#include "tests/support/temp_directory.h"
#include "tests/support/wait.h"
#include "tests/unit/meter/meter_bench.h"

namespace fairfeed {
namespace {

using test::MeterBench;
using test::TestNetwork;
using test::TestNetworkOptions;
using test::wait_for;
using ::testing::HasSubstr;
using testing_support::Broker;
using testing_support::TempDirectory;

constexpr std::int64_t kWindows = 3;
constexpr std::int64_t kMeters = 2;

// One node; three windows of a quarter hour, each of 100 ms, starting now.
TestNetworkOptions options() {
    TestNetworkOptions out;
    out.nodes = 1;
    out.meters_per_cluster = kMeters;
    out.parameters.window_seconds = 900;
    out.parameters.window_limit = kWindows;
    out.parameters.speed = 9000;
    out.parameters.real_epoch_ms = Clock().now().real_ms;
    out.parameters.timers.rebroadcast_ms = 100;
    out.parameters.timers.rebroadcast_cap_ms = 400;
    return out;
}

class FleetTest : public ::testing::Test {
  protected:
    explicit FleetTest(const TestNetworkOptions& network = options())
        : bench_(network),
          parent_(bench_.member(1)),
          broker_(broker_acl(parameters().name, parent_, {}, bench_.network().dgmd())) {
        write_configuration();
    }
    [[nodiscard]] const NetworkParameters& parameters() const {
        return bench_.network().options().parameters;
    }
    [[nodiscard]] std::filesystem::path config() const { return directory_ / "meters.yaml"; }

    void write_configuration() {
        const Bytes genesis = encode_genesis(bench_.network().genesis().block);
        ASSERT_TRUE(write_file_atomically(directory_ / "genesis.cbor", genesis));
        std::ofstream yaml(config());
        yaml << "genesis: genesis.cbor\noutbox: outbox.db\nstatus_file: status.json\n"
             << "log_level: off\nca_certificate: " << broker_.ca_file().string() << "\n"
             << "brokers: [{node: " << parent_.str()
             << ", host: 127.0.0.1, port: " << broker_.port() << "}]\nsource: {seed: 1}\nmeters:\n";
        for (std::size_t i = 1; i <= kMeters; ++i) {
            const MeterId meter = TestNetwork::meter(1, i);
            const auto tls = broker_.issue(meter.str());
            const auto key = directory_ / (meter.str() + ".signing");
            const auto data_key = directory_ / (meter.str() + ".data");
            ASSERT_TRUE(save_secret(key, bench_.network().key(meter).to_pem()));
            const SymmetricKey symmetric = bench_.network().data_key(meter);
            ASSERT_TRUE(save_secret(data_key, to_hex(symmetric.view()) + "\n"));
            yaml << "  - {id: " << meter.str() << ", signing_key: " << key.string()
                 << ", data_key: " << data_key.string() << ", tls_key: " << tls.key.string()
                 << ", tls_certificate: " << tls.certificate.string() << "}\n";
        }
    }

    // The parent receipts every reading, except at its first arrival.
    void start_parent() {
        MqttConfig mqtt;
        mqtt.host = "127.0.0.1";
        mqtt.port = broker_.port();
        mqtt.client_id = parent_.str();
        mqtt.ca_file = broker_.ca_file();
        const auto tls = broker_.issue(parent_.str());
        mqtt.certificate_file = tls.certificate;
        mqtt.key_file = tls.key;
        for (const std::string& filter : meter_filters(parameters().name))
            mqtt.subscriptions.push_back({filter, RetainHandling::never});
        MqttHandlers handlers;
        handlers.on_message = [this](std::string_view, ByteView payload, bool) { hear(payload); };
        handlers.on_connection = [](bool, std::string_view) {};
        handlers.on_denied = [](std::string_view, int) {};
        auto client = std::make_unique<MqttClient>(dialer_, std::move(mqtt), std::move(handlers));
        const std::lock_guard lock(mutex_);
        client_ = std::move(client);
    }
    void end_parent() {
        std::unique_ptr<MqttClient> client;
        {
            const std::lock_guard lock(mutex_);
            client = std::move(client_);
        }
        client.reset();  // without the lock: a last message may wait for it
    }
    void hear(ByteView payload) {
        const std::lock_guard lock(mutex_);
        const auto reading = decode_reading(payload, bench_.network().network());
        if (!reading) return;
        auto& heard = heard_[{reading->header.meter, reading->header.window}];
        heard.push_back(to_bytes(payload));
        if (heard.size() < 2 || !client_) return;
        const Receipt receipt{reading->header.meter, reading->header.window,
                              reading->header.sequence, reading->id};
        const Topic topic{parameters().name, parent_.str(), Channel::receipt,
                          reading->header.meter.str()};
        (void)client_->publish(topic.str(),
                               encode_receipt(receipt, parent_, bench_.network().network(),
                                              bench_.network().key(parent_)),
                               false);
    }

    std::unique_ptr<Fleet> start_fleet() {
        const auto loaded = load_sim_config(config());
        CHECK(loaded.has_value());
        auto plan = plan_fleet(*loaded);
        if (!plan) ADD_FAILURE() << plan.error().front();
        auto outbox = Outbox::open(loaded->outbox, plan->network, 900);
        surface_.emplace(
            FleetSurface{StatusFile(loaded->status_file), DiskRoom(directory_.path())});
        auto fleet =
            Fleet::start(loaded->ca_certificate, *surface_, std::move(*plan), std::move(*outbox));
        CHECK(fleet.has_value());
        return std::move(*fleet);
    }
    // Runs a process's life: starts the fleet, works until the condition holds, stops.
    FleetStatus run_fleet_until(const std::function<bool()>& condition) {
        const SignalWatch signals([](Signal) {});
        auto fleet = start_fleet();
        std::thread loop([&] {
            const auto ended = fleet->run(Clock());
            EXPECT_TRUE(ended && *ended == FleetEnd::stopped);
        });
        EXPECT_TRUE(wait_for(condition));
        fleet->stop();
        loop.join();
        return fleet->status();
    }
    Json status() const {
        const auto text = read_text_file(directory_ / "status.json");
        if (!text) return Json();
        const auto json = Json::parse(*text);
        return json ? *json : Json();
    }
    bool is_done() const {
        const Json json = status();
        return json.at("done").as_bool() != nullptr && *json.at("done").as_bool();
    }
    Json shown() const {
        std::ostringstream out;
        std::ostringstream err;
        EXPECT_EQ(run_show({config(), true}, out, err), 0) << err.str();
        const auto json = Json::parse(out.str());
        return json ? *json : Json();
    }

    TempDirectory directory_;
    MeterBench bench_;
    NodeId parent_;
    Broker broker_;
    std::mutex mutex_;
    std::map<std::pair<MeterId, Window>, std::vector<Bytes>> heard_;
    MqttDialer dialer_;
    std::unique_ptr<MqttClient> client_;
    std::optional<FleetSurface> surface_;
};

TEST_F(FleetTest, every_window_of_every_meter_is_resent_until_it_is_receipted) {
    start_parent();
    (void)run_fleet_until([&] { return is_done(); });
    end_parent();

    EXPECT_EQ(heard_.size(), static_cast<std::size_t>(kWindows * kMeters));
    for (const auto& [slot, envelopes] : heard_)
        for (const Bytes& envelope : envelopes)
            EXPECT_EQ(envelope, envelopes.front());
    const Bytes& first = heard_.at({bench_.meter_id(), 0}).front();
    EXPECT_EQ(registers_at_start(bench_.opened(first)), test::kInstalled) << "as METER says";
    const Json json = status();
    EXPECT_EQ(*json.at("sent").as_int(), kWindows * kMeters);
    EXPECT_EQ(*json.at("receipted").as_int(), kWindows * kMeters);
    EXPECT_EQ(*json.at("pending").as_int(), 0);
    EXPECT_EQ(*json.at("windows_measured").as_int(), kWindows);
    EXPECT_EQ(*json.at("last_window").as_int(), kWindows - 1);
    EXPECT_EQ(*json.at("connections").at("wanted").as_int(), kMeters);

    const Json outbox = shown();
    const Json& reading = outbox.at("meters").at(0).at("readings").at(0);
    EXPECT_TRUE(*reading.at("complete").as_bool());
    EXPECT_EQ(*reading.at("receipts").at(0).as_text(), parent_.str());
    EXPECT_GE(*reading.at("first_publish_ms").as_int(), parameters().real_epoch_ms + 100);
}

TEST_F(FleetTest, what_was_not_receipted_is_sent_again_by_the_next_process) {
    broker_.die();
    const FleetStatus alone = run_fleet_until([&] {
        const Json json = status();
        const std::int64_t* measured = json.at("windows_measured").as_int();
        return measured != nullptr && *measured == kWindows;
    });
    EXPECT_EQ(alone.sent, 0U);
    const Json before = shown();
    broker_.revive();
    start_parent();
    (void)run_fleet_until([&] { return is_done(); });
    end_parent();
    const Json after = shown();
    for (std::size_t meter = 0; meter < kMeters; ++meter)
        for (std::size_t window = 0; window < kWindows; ++window) {
            const auto id = [&](const Json& json) {
                return json.at("meters").at(meter).at("readings").at(window).at("id");
            };
            EXPECT_EQ(id(before), id(after));
        }
}

TEST_F(FleetTest, a_status_file_that_cannot_be_written_stops_nobody) {
    const auto text = read_text_file(config());
    ASSERT_TRUE(text);
    const std::string wanted = "status_file: status.json";
    std::string other = *text;
    other.replace(other.find(wanted), wanted.size(), "status_file: /dev/null/status.json");
    std::ofstream(config()) << other;
    start_parent();
    (void)run_fleet_until([&] {
        const std::lock_guard lock(mutex_);
        return heard_.size() == static_cast<std::size_t>(kWindows * kMeters);
    });
    end_parent();
}

// The fleet's clock must stop it while it has a backlog of many years, with many windows in each
// second.
class FleetWithBacklogTest : public FleetTest {
  protected:
    FleetWithBacklogTest() : FleetTest(long_ago()) {}
    static TestNetworkOptions long_ago() {
        TestNetworkOptions out = options();
        out.parameters.window_limit = 0;
        out.parameters.real_epoch_ms = 946'684'800'000;  // 2000
        return out;
    }
};

class StoppingClock : public Clock {
  public:
    explicit StoppingClock(Fleet& fleet) : fleet_(fleet) {}
    Instant now() const override {
        constexpr int kLooks = 4;
        if (++looks_ == kLooks) fleet_.stop();
        return Clock::now();
    }

  private:
    Fleet& fleet_;
    mutable int looks_ = 0;
};

TEST_F(FleetWithBacklogTest, stops_at_once_when_it_is_told_to) {
    const SignalWatch signals([](Signal) {});
    auto fleet = start_fleet();
    const auto ended = fleet->run(StoppingClock(*fleet));
    ASSERT_TRUE(ended && *ended == FleetEnd::stopped);
    EXPECT_LE(fleet->status().pending, kMeters * Meter::kMaxToldUnheard);
    // The test's certificates are valid for two days.
    EXPECT_THAT(fleet->status().alarms, ::testing::Contains(HasSubstr(" expires soon: ")));
}

TEST_F(FleetTest, a_configuration_that_names_wrong_files_ends_with_one_line_each) {
    std::ofstream(directory_ / "genesis.cbor") << "not a genesis";
    std::ofstream yaml(config(), std::ios::app);
    yaml << "  - {id: m-9, signing_key: gone, data_key: gone, tls_key: gone, "
            "tls_certificate: gone}\n";
    yaml.close();
    std::ostringstream out;
    std::ostringstream err;
    EXPECT_EQ(run_run({config(), {}}, out, err), 2);
    EXPECT_THAT(err.str(), HasSubstr("genesis.cbor: not a sound genesis file"));
}

TEST_F(FleetTest, a_meter_that_genesis_does_not_know_or_knows_by_another_key_is_refused) {
    std::ofstream yaml(config(), std::ios::app);
    yaml << "  - {id: m-9, signing_key: gone, data_key: gone, tls_key: gone, "
            "tls_certificate: gone}\n";
    yaml.close();
    const auto key = directory_ / (TestNetwork::meter(1, 1).str() + ".signing");
    std::filesystem::remove(key);
    ASSERT_TRUE(save_secret(key, test::signing_key("somebody else").to_pem()));
    std::ostringstream out;
    std::ostringstream err;
    EXPECT_EQ(run_run({config(), {}}, out, err), 2);
    EXPECT_THAT(err.str(), HasSubstr("meter 'm-9': genesis does not register it"));
    EXPECT_THAT(err.str(), HasSubstr("not the key genesis registers for meter 'meter-1-1'"));
}

}  // namespace
}  // namespace fairfeed
