#include "gateway/commands/gateway_config.h"

#include <set>

#include "core/io/host.h"
#include "core/io/yaml_file.h"

namespace fairfeed {
namespace {

constexpr std::int64_t kMaxPort = 65'535;

void read_nodes(GatewayConfig& config, const YamlView& root) {
    std::set<NodeId> seen;
    for (const YamlView& view : root.require_list("nodes")) {
        NodeBroker broker{
            .node = view.require_name<NodeId>("node"),
            .host = view.require_text("host"),
            .port = static_cast<std::uint16_t>(view.require_int("port", 1, kMaxPort))};
        if (const auto fault = fault_of_host(broker.host); fault && !broker.host.empty())
            view.fail("host", *fault);
        if (!broker.node.empty() && !seen.insert(broker.node).second)
            view.fail("node", "is listed twice: give one broker per node");
        config.nodes.push_back(std::move(broker));
    }
}

}  // namespace

Result<GatewayConfig, std::vector<std::string>> load_gateway_config(
    const std::filesystem::path& file) {
    auto document = YamlDocument::load(file);
    if (!document) return unexpected(document.error());
    const YamlView root = document->root();
    GatewayConfig config;
    config.genesis = root.require_path("genesis");
    config.ledger = root.optional_path("ledger").value_or(std::filesystem::path());
    config.drafts = root.require_path("drafts");
    const YamlView keys = root.require_map("keys");
    config.signing_key = keys.require_path("signing");
    config.tls_key = keys.require_path("tls_key");
    config.tls_certificate = keys.require_path("tls_certificate");
    config.ca_certificate = keys.require_path("ca_certificate");
    read_nodes(config, root);
    if (auto errors = document->finish(); !errors.empty()) return unexpected(std::move(errors));
    return config;
}

}  // namespace fairfeed
