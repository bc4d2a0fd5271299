#include "edge-node/service/node_config.h"

#include <set>

#include "core/io/host.h"
#include "core/io/log.h"
#include "core/io/yaml_file.h"

namespace fairfeed {
namespace {

constexpr std::int64_t kMaxPort = 65'535;

std::string host_of(const YamlView& view) {
    std::string host = view.require_text("host");
    if (const auto fault = fault_of_host(host); fault && !host.empty()) view.fail("host", *fault);
    return host;
}

std::uint16_t port_of(const YamlView& view) {
    return static_cast<std::uint16_t>(view.require_int("port", 1, kMaxPort));
}

void read_keys(NodeConfig& config, const YamlView& keys) {
    config.signing_key = keys.require_path("signing");
    config.agreement_key = keys.require_path("agreement");
    config.tls_key = keys.require_path("tls_key");
    config.tls_certificate = keys.require_path("tls_certificate");
    config.ca_certificate = keys.require_path("ca_certificate");
}

// A broker belongs to one node, so two nodes cannot have the same address, nor a broker and
// metrics.
void check_place(const NodeConfig& config, const BrokerAddress& address, const YamlView& peer) {
    std::vector<BrokerAddress> others = config.peers;
    others.push_back(config.broker);
    if (config.gateway) others.push_back(*config.gateway);
    for (const BrokerAddress& other : others) {
        if (other.port != address.port || !is_same_host(other.host, address.host)) continue;
        const std::string whose = other.node.empty() ? "the utility's broker"
                                                     : concat("the broker of '", other.node, "'");
        peer.fail("port", concat(whose, " is at ", other.host, " port ", other.port,
                                 " already, which is the same place"));
        return;
    }
}

void read_peers(NodeConfig& config, const YamlView& root) {
    std::set<NodeId> seen{config.node};
    for (const YamlView& peer : root.require_list("peers")) {
        BrokerAddress address{.node = peer.require_name<NodeId>("node"),
                              .host = host_of(peer),
                              .port = port_of(peer)};
        if (!address.node.empty() && !seen.insert(address.node).second)
            peer.fail("node", address.node == config.node
                                  ? "is this node itself: list the other nodes only"
                                  : "is listed twice: give one broker per node");
        check_place(config, address, peer);
        config.peers.push_back(std::move(address));
    }
}

void read_gateway(NodeConfig& config, const YamlView& root) {
    const auto view = root.optional_map("gateway");
    if (!view) return;
    BrokerAddress address{.node = {}, .host = host_of(*view), .port = port_of(*view)};
    check_place(config, address, *view);
    config.gateway = std::move(address);
}

void read_metrics(NodeConfig& config, const YamlView& root) {
    const auto view = root.optional_map("metrics");
    if (!view) return;
    config.metrics_port = port_of(*view);
    check_place(config, {.node = {}, .host = "127.0.0.1", .port = *config.metrics_port}, *view);
}

}  // namespace

Result<NodeConfig, std::vector<std::string>> load_node_config(const std::filesystem::path& file) {
    auto document = YamlDocument::load(file);
    if (!document) return unexpected(document.error());
    const YamlView root = document->root();
    NodeConfig config;
    config.node = root.require_name<NodeId>("node");
    config.genesis = root.require_path("genesis");
    config.data = root.require_path("data");
    read_keys(config, root.require_map("keys"));
    const YamlView broker = root.require_map("broker");
    config.broker = {.node = config.node, .host = host_of(broker), .port = port_of(broker)};
    read_peers(config, root);
    read_gateway(config, root);
    read_metrics(config, root);
    config.status_file = root.optional_path("status_file").value_or(std::filesystem::path());
    const std::vector<std::pair<std::string_view, std::string_view>> levels{
        {"info", "info"}, {"debug", "debug"}, {"warning", "warning"}, {"error", "error"}};
    config.log_level = std::string(root.optional_choice("log_level", levels).value_or("info"));
    const std::vector<std::pair<std::string_view, ClockTrust>> clocks{
        {"kernel", ClockTrust::kernel}, {"operator", ClockTrust::operator_vouches}};
    config.clock = root.optional_choice("clock", clocks).value_or(ClockTrust::kernel);
    if (auto errors = document->finish(); !errors.empty()) return unexpected(std::move(errors));
    return config;
}

}  // namespace fairfeed
