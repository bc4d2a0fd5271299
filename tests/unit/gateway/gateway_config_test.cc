// The one configuration of the office: as it is shipped, as it is provisioned, and with mistakes.
#include "gateway/config/gateway_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/io/clock.h"
#include "gateway/config/gateway_files.h"
#include "tests/unit/dgmd/provisioned.h"

namespace fairfeed {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing_support::kSmallLab;
using testing_support::Provisioned;
using testing_support::TempDirectory;
using testing_support::with;
using testing_support::write_text;

constexpr const char* kWithGateway = "gateway: {address: 127.0.0.1, port: 18830}\ntariff:";

constexpr const char* kGood =
    "genesis: ../genesis.cbor\n"
    "ledger: ledger.db\n"
    "database: office.db\n"
    "drafts: drafts\n"
    "keys: {signing: s, agreement: a, tls_key: t, tls_certificate: c, ca_certificate: /ca}\n"
    "broker: {host: 127.0.0.1, port: 18830}\n"
    "nodes:\n"
    "  - {node: n1, host: 127.0.0.1, port: 18831}\n"
    "  - {node: n2, host: 127.0.0.1, port: 18832}\n";

class GatewayConfigFile : public ::testing::Test {
  protected:
    Result<GatewayConfig, std::vector<std::string>> load(const std::string& text) {
        write_text(directory_ / "gateway.yaml", text);
        return load_gateway_config(directory_ / "gateway.yaml");
    }
    std::vector<std::string> faults(const std::string& text) {
        const auto config = load(text);
        return config ? std::vector<std::string>{} : config.error();
    }
    TempDirectory directory_;
};

TEST_F(GatewayConfigFile, is_read_as_it_is_shipped) {
    const auto config = load_gateway_config(FAIRFEED_SOURCE_DIR "/config/gateway.yaml");
    ASSERT_TRUE(config) << config.error().front();
    EXPECT_EQ(config->nodes.size(), 5U);
    EXPECT_EQ(config->nodes[4].node, NodeId("n5"));
    ASSERT_TRUE(config->broker);
    EXPECT_EQ(config->broker->port, 18830);
}

TEST_F(GatewayConfigFile, lets_the_api_stand_in_the_clear_on_loopback_alone) {
    const std::string plain = kGood + std::string("http: {host: 127.0.0.1, port: 18829}\n");
    const auto config = load(plain);
    ASSERT_TRUE(config) << config.error().front();
    EXPECT_EQ(config->http->port, 18829);
    EXPECT_THAT(config->http->names, ElementsAre("localhost", "127.0.0.1"));
    EXPECT_FALSE(load(kGood)->http);
    EXPECT_THAT(faults(with(plain, "host: 127.0.0.1, port: 18829", "host: 0.0.0.0, port: 18829")),
                ElementsAre(HasSubstr("is not loopback")));
    EXPECT_THAT(faults(with(plain, "port: 18829", "port: 18829, tls_key: k")),
                ElementsAre(HasSubstr("belong together")));
    EXPECT_THAT(faults(with(plain, "host: 127.0.0.1, port: 18829", "host: office, port: 18829")),
                ::testing::Contains(HasSubstr("is no address")));
    const auto named = load(with(
        plain, "port: 18829", "port: 18829, tls_key: k, tls_certificate: c, names: [Office.LAN]"));
    ASSERT_TRUE(named) << named.error().front();
    EXPECT_THAT(named->http->names, ElementsAre("office.lan"));
}

TEST_F(GatewayConfigFile, gives_paths_relative_to_itself) {
    const auto config = load(kGood);
    ASSERT_TRUE(config) << config.error().front();
    EXPECT_EQ(config->ledger.lexically_normal(), directory_ / "ledger.db");
    EXPECT_EQ(config->database.sqlite.lexically_normal(), directory_ / "office.db");
    EXPECT_EQ(config->ca_certificate, "/ca");
    EXPECT_EQ(config->log_level, "info");
    EXPECT_TRUE(config->status_file.empty());
}

TEST_F(GatewayConfigFile, takes_a_database_of_postgresql_and_no_other_scheme) {
    const auto config = load(with(kGood, "office.db", "postgresql://u@h/office"));
    ASSERT_TRUE(config) << config.error().front();
    EXPECT_EQ(config->database.postgresql, "postgresql://u@h/office");
    EXPECT_THAT(config->database.sqlite.string(), IsEmpty());
    EXPECT_THAT(faults(with(kGood, "office.db", "mysql://h/office")),
                ElementsAre(HasSubstr("gateway.yaml:3:")));
    EXPECT_THAT(faults(with(kGood, "office.db", "postgresql://")),
                ElementsAre(HasSubstr("no database")));
}

TEST_F(GatewayConfigFile, names_every_mistake_with_its_line_at_once) {
    EXPECT_THAT(
        faults("genesis: g\ndatabase: d\ndrafts: d\nkeys: {signing: s, tls_key: t,\n"
               "  tls_certificate: c, ca_certificate: c}\nbroker: {host: h, port: 0}\n"
               "nodes: []\nlog_level: loud\nleger: l\n"),
        ElementsAre(HasSubstr("'ledger'"), HasSubstr("'keys.agreement'"), HasSubstr("broker.port"),
                    HasSubstr("log_level"), HasSubstr("did you mean 'ledger'")));
}

TEST_F(GatewayConfigFile, refuses_two_brokers_at_one_place) {
    EXPECT_THAT(faults(with(kGood, "port: 18832", "port: 18831")),
                ElementsAre(HasSubstr("the broker of 'n1' is at this place already")));
    EXPECT_THAT(faults(with(kGood, "port: 18832", "port: 18830")),
                ElementsAre(HasSubstr("the gateway's own broker is at this place already")));
    EXPECT_THAT(faults(with(kGood, "node: n2", "node: n1")),
                ElementsAre(HasSubstr("is listed twice")));
}

TEST(ProvisionedGateway, has_everything_that_its_service_needs) {
    const Provisioned made(with(kSmallLab, "tariff:", kWithGateway));
    ASSERT_EQ(made.run().status, 0) << made.run().err;
    const auto config = load_gateway_config(made / "dgmd/gateway.yaml");
    ASSERT_TRUE(config) << config.error().front();
    EXPECT_EQ(config->ledger.lexically_normal(), made / "dgmd/ledger.db");
    EXPECT_EQ(config->status_file.lexically_normal(), made / "run/gateway.json");
    const auto files = check_gateway_files(*config, Clock().now().real_ms / 1000);
    ASSERT_TRUE(files) << files.error().front();
    EXPECT_EQ(files->genesis.content.dgmd, NodeId("dgmd"));
    EXPECT_THAT(files->of_time, IsEmpty());
    auto texts = testing_support::content_of(made.network());
    EXPECT_THAT(texts["nodes/n1/edge-node.yaml"],
                HasSubstr("gateway:\n  host: \"127.0.0.1\"\n  port: 18830\n"));
    EXPECT_THAT(texts["gateway/mosquitto.conf"], HasSubstr("listener 18830 127.0.0.1\n"));
    EXPECT_THAT(texts["gateway/acl"], HasSubstr("topic write ff1/lab/dgmd/request/n2\n"));
    EXPECT_THAT(made.run().out, HasSubstr(" serve --config "));
}

TEST(ProvisionedGateway, of_the_field_keeps_its_state_where_its_unit_may_write) {
    const Provisioned made(
        with(with(with(kSmallLab, "tariff:", kWithGateway), "speed: 4800", "speed: 1"),
             "  preset: lab\n", "  preset: field\n"));
    ASSERT_EQ(made.run().status, 0) << made.run().err;
    const auto config = load_gateway_config(made / "dgmd/gateway.yaml");
    ASSERT_TRUE(config) << config.error().front();
    EXPECT_EQ(config->ledger, "/var/lib/fairfeed-gateway/ledger.db");
    EXPECT_EQ(config->database.sqlite, "/var/lib/fairfeed-gateway/office.db");
    EXPECT_TRUE(config->status_file.empty());
    EXPECT_THAT(made.run().out,
                HasSubstr("enable --now fairfeed-gateway-mosquitto fairfeed-gateway\n"));
}

TEST(ProvisionedGateway, is_refused_with_the_keys_of_another_and_without_a_broker) {
    const Provisioned made;
    const Provisioned other;
    std::filesystem::copy_file(other / "dgmd/signing.key", made / "dgmd/signing.key",
                               std::filesystem::copy_options::overwrite_existing);
    const auto config = load_gateway_config(made / "dgmd/gateway.yaml");
    ASSERT_TRUE(config) << config.error().front();
    const auto files = check_gateway_files(*config, Clock().now().real_ms / 1000);
    ASSERT_FALSE(files);
    EXPECT_THAT(files.error(),
                ElementsAre(HasSubstr("signing.key: not the key that genesis has for DGMD"),
                            HasSubstr("names no 'broker'")));
}

TEST(ProvisionedGateway, cannot_have_its_broker_where_a_node_has_one) {
    const TempDirectory directory;
    const auto lab = testing_support::load_lab_text(
        directory, with(kSmallLab, "tariff:", with(kWithGateway, "18830", "18832")));
    ASSERT_FALSE(lab);
    EXPECT_THAT(lab.error(), ElementsAre(HasSubstr("the broker of node 'n2' is at 127.0.0.1")));
}

}  // namespace
}  // namespace fairfeed
