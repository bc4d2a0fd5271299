#include "meter-sim/sim_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temp_directory.h"

namespace fairfeed {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using testing_support::TempDirectory;

constexpr std::string_view kHead =
    "genesis: genesis.cbor\n"
    "outbox: outbox.db\n"
    "ca_certificate: ca.pem\n"
    "brokers: [{node: n1, host: 127.0.0.1, port: 1883}]\n";
constexpr std::string_view kMeter =
    "meters:\n"
    "  - {id: m-1, signing_key: s, data_key: d, tls_key: k, tls_certificate: c";

class SimConfigTest : public ::testing::Test {
  protected:
    Result<SimConfig, std::vector<std::string>> load(const std::string& text) {
        std::ofstream(directory_ / "meters.yaml") << text;
        return load_sim_config(directory_ / "meters.yaml");
    }
    std::vector<std::string> errors(const std::string& text) {
        const auto config = load(text);
        return config ? std::vector<std::string>{} : config.error();
    }
    TempDirectory directory_;
    const std::string head_{kHead};
    const std::string meter_{kMeter};
};

TEST_F(SimConfigTest, the_described_example_is_a_sound_configuration) {
    const auto config =
        load_sim_config(std::filesystem::path(FAIRFEED_SOURCE_DIR) / "config/meter-sim.yaml");
    ASSERT_TRUE(config) << config.error().front();
    EXPECT_EQ(config->meters.size(), 2U);
    EXPECT_EQ(config->meters[1].home, "h02");
    EXPECT_EQ(config->brokers.size(), 4U);
    EXPECT_EQ(config->homes.filename(), "homes.csv");
}

TEST_F(SimConfigTest, hosts_that_nobody_can_dial_and_one_broker_under_two_names_are_refused) {
    std::string head = head_;
    head.replace(
        head.find("}]"), 2,
        "}, {node: n2, host: localhost, port: 1883}, {node: n3, host: 1.2.3.4.5, port: 1}]");
    EXPECT_THAT(errors(head + "source: {seed: 7}\n" + meter_ + "}\n"),
                ::testing::ElementsAre(HasSubstr("the broker of 'n1' is at 127.0.0.1 port 1883"),
                                       HasSubstr("'1.2.3.4.5' is no IPv4 address")));
}

TEST_F(SimConfigTest, paths_are_taken_from_the_files_directory) {
    const auto config = load(head_ + "source: {seed: 7}\n" + meter_ + ", pv_w: 3000}\n");
    ASSERT_TRUE(config) << config.error().front();
    EXPECT_EQ(config->outbox, directory_ / "outbox.db");
    EXPECT_EQ(config->seed, 7U);
    EXPECT_EQ(config->latitude_deg, 50);
    EXPECT_EQ(config->meters[0].pv_w, 3000);
    EXPECT_TRUE(config->status_file.empty());
}

TEST_F(SimConfigTest, a_link_is_perfect_unless_the_file_says_otherwise) {
    const std::string source = "source: {seed: 7}\n";
    const auto plain = load(head_ + source + meter_ + "}\n");
    ASSERT_TRUE(plain) << plain.error().front();
    EXPECT_EQ(plain->link, LinkSettings{});
    const auto radio =
        load(head_ + source +
             "link: {delay_ms: 300, jitter_ms: 200, loss_percent: 0.5,\n"
             "  duplicate_percent: 2, outage_every_s: 3600, outage_s: 20, seed: 9}\n" +
             meter_ + "}\n");
    ASSERT_TRUE(radio) << radio.error().front();
    EXPECT_EQ(radio->link, (LinkSettings{{300, 200, 5000, 20'000}, {3'600'000, 20'000}, 9}));
}

TEST_F(SimConfigTest, wrong_configurations_are_refused_with_place_and_key) {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {head_ + "source: {}\n" + meter_ + "}\n", "exactly one of 'homes' and 'seed'"},
        {head_ + "source: {seed: 1, homes: h.csv}\n" + meter_ + "}\n", "exactly one of"},
        {head_ + "source: {homes: h.csv}\n" + meter_ + "}\n", "home"},
        {head_ + "source: {homes: h.csv, homes_sha256: 12}\n" + meter_ + ", home: h01}\n",
         "64 hexadecimal digits"},
        {head_ + "source: {seed: 1, homes_sha256: 12}\n" + meter_ + "}\n", "goes with 'homes'"},
        {head_ + "source: {homes: h.csv}\n" + meter_ + ", home: h01, pv_w: 5}\n", "pv_w"},
        {head_ + "source: {seed: 1}\n" + meter_ + ", home: h01}\n", "home"},
        {head_ + "source: {seed: -1}\n" + meter_ + "}\n", "seed"},
        {head_ + "source: {seed: 1, latitude_deg: 80}\n" + meter_ + "}\n", "latitude_deg"},
        {head_ + "source: {seed: 1}\nmeters: []\n", "meters"},
        {head_ + "source: {seed: 1}\n" + meter_ + "}\n" + meter_.substr(8) + "}\n", "twice"},
        {head_ + "source: {seed: 1}\n" + meter_ + ", colour: red}\n", "colour"},
        {head_ + "source: {seed: 1}\nlink: {loss_percent: 101}\n" + meter_ + "}\n",
         "from 0 to 100"},
        {head_ + "source: {seed: 1}\nlink: {delay_ms: -1}\n" + meter_ + "}\n", "delay_ms"},
        {head_ + "source: {seed: 1}\nlink: {outage_s: 5}\n" + meter_ + "}\n", "go together"},
        {head_ + "source: {seed: 1}\nlink: {outage_every_s: 5, outage_s: 6}\n" + meter_ + "}\n",
         "longer than"},
        {head_ + "source: {seed: 1}\nlog_level: loud\n" + meter_ + "}\n", "log_level"},
    };
    for (const auto& [text, expected] : cases)
        EXPECT_THAT(errors(text), Contains(AllOf(HasSubstr("meters.yaml:"), HasSubstr(expected))))
            << text;
}

TEST_F(SimConfigTest, all_errors_are_said_at_once) {
    EXPECT_GE(errors("outbox: 5\nbrokers: [{node: N!, host: h, port: 0}]\nsauce: x\n").size(), 6U);
}

}  // namespace
}  // namespace fairfeed
