#include "edge-node/service/node_config.h"

#include <gmock/gmock.h>

#include <fstream>

#include "tests/support/temp_directory.h"

namespace fairfeed {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class NodeConfigFile : public ::testing::Test {
  protected:
    Result<NodeConfig, std::vector<std::string>> load(std::string_view text) {
        std::ofstream(directory_ / "node.yaml") << text;
        return load_node_config(directory_ / "node.yaml");
    }
    testing_support::TempDirectory directory_;
};

constexpr std::string_view kGood = R"(node: node-1
genesis: ../genesis.cbor
data: .
keys: {signing: s.pem, agreement: a.pem, tls_key: t.pem, tls_certificate: t.crt,
       ca_certificate: /etc/fairfeed/ca.crt}
broker: {host: 127.0.0.1, port: 8883}
peers:
  - {node: node-2, host: 127.0.0.1, port: 8884}
)";

TEST_F(NodeConfigFile, gives_paths_relative_to_itself_and_a_default_log_level) {
    const auto config = load(kGood);
    ASSERT_TRUE(config) << config.error().front();
    EXPECT_EQ(config->node, NodeId("node-1"));
    EXPECT_EQ(config->signing_key.lexically_normal(), directory_ / "s.pem");
    EXPECT_EQ(config->ca_certificate, "/etc/fairfeed/ca.crt");
    EXPECT_EQ(config->ledger().lexically_normal(), directory_ / "ledger.db");
    EXPECT_EQ(config->broker.port, 8883);
    EXPECT_EQ(config->broker.node, config->node);
    ASSERT_EQ(config->peers.size(), 1U);
    EXPECT_EQ(config->peers[0].node, NodeId("node-2"));
    EXPECT_TRUE(config->status_file.empty());
    EXPECT_EQ(config->log_level, "info");
}

TEST_F(NodeConfigFile, is_read_as_it_is_shipped) {
    const auto config =
        load_node_config(std::filesystem::path(FAIRFEED_SOURCE_DIR) / "config/edge-node.yaml");
    ASSERT_TRUE(config) << config.error().front();
    EXPECT_EQ(config->node, NodeId("node-1"));
    EXPECT_EQ(config->metrics_port, 18841);
}

TEST_F(NodeConfigFile, may_name_the_broker_of_the_utilitys_gateway_at_a_place_of_its_own) {
    EXPECT_FALSE(load(kGood)->gateway) << "a network may have none";
    const std::string text = std::string(kGood) + "gateway: {host: 127.0.0.1, port: ";
    const auto config = load(text + "8885}\n");
    ASSERT_TRUE(config) << config.error().front();
    ASSERT_TRUE(config->gateway);
    EXPECT_EQ(config->gateway->port, 8885);
    const auto refused = load(text + "8884}\n");
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error(), ElementsAre(HasSubstr("the broker of 'node-2' is at 127.0.0.1")));
}

TEST_F(NodeConfigFile, may_give_a_port_for_metrics_that_no_broker_has) {
    EXPECT_FALSE(load(kGood)->metrics_port) << "nobody listens unasked";
    const std::string text =
        std::string(kGood) + "gateway: {host: 127.0.0.1, port: 8885}\n" + "metrics: {port: ";
    const auto config = load(text + "9464}\n");
    ASSERT_TRUE(config) << config.error().front();
    EXPECT_EQ(config->metrics_port, 9464);
    const auto refused = load(text + "8884}\n");
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error(), ElementsAre(HasSubstr("the broker of 'node-2' is at 127.0.0.1")));
    const auto gateways = load(text + "8885}\n");
    ASSERT_FALSE(gateways);
    EXPECT_THAT(gateways.error(), ElementsAre(HasSubstr("the utility's broker is at 127.0.0.1")));
}

TEST_F(NodeConfigFile, names_every_mistake_with_its_line_at_once) {
    const auto config = load(R"(node: Node_1
genesis: g
data: .
keys: {signing: s, agreement: a, tls_key: t, tls_certificate: c}
broker: {host: 127.0.0.1, port: 70000, neg: 1}
peers: []
log_level: loud
)");
    ASSERT_FALSE(config);
    EXPECT_THAT(
        config.error(),
        ElementsAre(HasSubstr("node.yaml:1:"), HasSubstr("'keys.ca_certificate'"),
                    HasSubstr("broker.port"), HasSubstr("broker.neg"), HasSubstr("log_level")));
}

TEST_F(NodeConfigFile, refuses_itself_and_repetitions_among_the_peers) {
    std::string text(kGood);
    text += "  - {node: node-1, host: 127.0.0.1, port: 1}\n";
    text += "  - {node: node-2, host: 127.0.0.1, port: 2}\n";
    const auto config = load(text);
    ASSERT_FALSE(config);
    EXPECT_THAT(config.error(),
                ElementsAre(HasSubstr("this node itself"), HasSubstr("listed twice")));
}

TEST_F(NodeConfigFile, refuses_hosts_that_nobody_can_dial_and_one_broker_under_two_names) {
    std::string text(kGood);
    text += "  - {node: node-3, host: 0.0.0.0, port: 1}\n";
    text += "  - {node: node-4, host: localhost, port: 8884}\n";
    text += "  - {node: node-5, host: 127.0.0.1, port: 8883}\n";
    const auto config = load(text);
    ASSERT_FALSE(config);
    EXPECT_THAT(config.error(),
                ElementsAre(HasSubstr("node.yaml:9:26: '0.0.0.0' means every address"),
                            HasSubstr("node.yaml:10:43: the broker of 'node-2' is at 127.0.0.1"),
                            HasSubstr("node.yaml:11:43: the broker of 'node-1' is at 127.0.0.1")));
}

TEST_F(NodeConfigFile, that_is_not_there_is_one_line) {
    const auto config = load_node_config(directory_ / "none.yaml");
    ASSERT_FALSE(config);
    EXPECT_THAT(config.error(), ElementsAre(HasSubstr("none.yaml")));
}

}  // namespace
}  // namespace fairfeed
