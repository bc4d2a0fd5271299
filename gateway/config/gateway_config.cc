#include "gateway/config/gateway_config.h"

#include <set>

#include "core/io/host.h"
#include "core/io/status_file.h"
#include "core/io/yaml_file.h"

namespace fairfeed {
namespace {

constexpr std::int64_t kMaxPort = 65'535;

DialPlace read_place(const YamlView& view) {
    DialPlace place{.host = view.require_text("host"),
                    .port = static_cast<std::uint16_t>(view.require_int("port", 1, kMaxPort))};
    if (const auto fault = fault_of_host(place.host); fault && !place.host.empty())
        view.fail("host", *fault);
    return place;
}

// A broker belongs to one program, so two cannot have the same address.
void check_place(const GatewayConfig& config, const DialPlace& place, const YamlView& view) {
    const auto is_same = [&place](const DialPlace& other) {
        return place.port == other.port && is_same_host(place.host, other.host);
    };
    if (config.broker && is_same(*config.broker))
        view.fail("port", "the gateway's own broker is at this place already");
    for (const NodeBroker& other : config.nodes)
        if (is_same(other))
            view.fail("port", "the broker of '" + other.node.str() + "' is at this place already");
}

void read_nodes(GatewayConfig& config, const YamlView& root) {
    std::set<NodeId> seen;
    for (const YamlView& view : root.require_list("nodes")) {
        const NodeBroker broker{read_place(view), view.require_name<NodeId>("node")};
        if (!broker.node.empty() && !seen.insert(broker.node).second)
            view.fail("node", "is listed twice: give one broker per node");
        check_place(config, broker, view);
        config.nodes.push_back(broker);
    }
}

void read_keys(GatewayConfig& config, const YamlView& keys) {
    config.signing_key = keys.require_path("signing");
    config.agreement_key = keys.require_path("agreement");
    config.tls_key = keys.require_path("tls_key");
    config.tls_certificate = keys.require_path("tls_certificate");
    config.ca_certificate = keys.require_path("ca_certificate");
    for (const YamlView& view : keys.optional_list("others"))
        config.other_keys.push_back(
            {view.require_path("agreement"), view.optional_path("signing")});
}

std::string lower_case(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

HttpSettings read_http(const YamlView& view) {
    HttpSettings http;
    http.host = view.require_text("host");
    http.port = static_cast<std::uint16_t>(view.require_int("port", 1, kMaxPort));
    http.tls_key = view.optional_path("tls_key").value_or(std::filesystem::path());
    http.tls_certificate = view.optional_path("tls_certificate").value_or(std::filesystem::path());
    if (!http.host.empty() && !is_address(http.host))
        view.fail("host", "is no address: write one of this machine, or 0.0.0.0 for all");
    if (http.tls_key.empty() != http.tls_certificate.empty())
        view.fail("tls_key and tls_certificate belong together");
    if (http.tls_key.empty() && !http.host.empty() && !is_loopback_address(http.host))
        view.fail("host",
                  "is not loopback, so people's passwords would cross the network in the "
                  "clear: name tls_key and tls_certificate");
    for (const YamlView& name : view.optional_list("names"))
        http.names.push_back(lower_case(name.as_text()));
    if (http.names.empty()) http.names = {"localhost", http.host};
    return http;
}

DatabasePlace read_database(const YamlView& root, std::string_view key, const std::string& text) {
    if (text.find("://") == std::string::npos) return {root.require_path(key), {}};
    auto place = DatabasePlace::parse(text);
    if (place) return std::move(*place);
    root.fail(key, place.error());
    return {};
}

// Beside the ledger, if the configuration names none.
DatabasePlace read_records(const YamlView& root, const std::filesystem::path& ledger) {
    const auto text = root.optional_text("records");
    if (!text) return {ledger.parent_path() / "records.db", {}};
    return read_database(root, "records", *text);
}

}  // namespace

std::filesystem::path status_file_of(const GatewayConfig& config) {
    return config.status_file.empty() ? find_status_file(kGatewayRuntimeName) : config.status_file;
}

Result<GatewayConfig, std::vector<std::string>> load_gateway_config(
    const std::filesystem::path& file) {
    auto document = YamlDocument::load(file);
    if (!document) return unexpected(document.error());
    const YamlView root = document->root();
    GatewayConfig config;
    config.genesis = root.require_path("genesis");
    std::error_code ignored;  // of an empty path, which is reported
    config.ledger = std::filesystem::absolute(root.require_path("ledger"), ignored);
    config.database = read_database(root, "database", root.require_text("database"));
    config.records = read_records(root, config.ledger);
    config.drafts = root.require_path("drafts");
    config.audit = root.optional_path("audit").value_or(file.parent_path() / "audit.log");
    config.accounts = root.optional_path("accounts").value_or(file.parent_path() / "accounts.db");
    const YamlView keys = root.require_map("keys");
    read_keys(config, keys);
    config.codes_key =
        keys.optional_path("codes").value_or(config.ledger.parent_path() / "codes.key");
    if (const auto broker = root.optional_map("broker")) config.broker = read_place(*broker);
    if (const auto http = root.optional_map("http")) config.http = read_http(*http);
    read_nodes(config, root);
    config.status_file = root.optional_path("status_file").value_or(std::filesystem::path());
    const std::vector<std::pair<std::string_view, std::string_view>> levels{
        {"info", "info"}, {"debug", "debug"}, {"warning", "warning"}, {"error", "error"}};
    config.log_level = std::string(root.optional_choice("log_level", levels).value_or("info"));
    if (auto errors = document->finish(); !errors.empty()) return unexpected(std::move(errors));
    return config;
}

}  // namespace fairfeed
