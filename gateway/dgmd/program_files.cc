#include "gateway/dgmd/program_files.h"

#include "core/io/json.h"
#include "gateway/dgmd/key_store.h"

namespace fairfeed {

namespace {

// A JSON string is also a double-quoted YAML string.
std::string quoted(const std::string& text) {
    return Json(text).dump();
}

std::string broker_item(const LabNode& node) {
    return "  - {node: " + quoted(node.id.str()) + ", host: " + quoted(node.address) +
           ", port: " + std::to_string(node.port) + "}\n";
}

std::string place_section(std::string_view name, const LabNode& broker) {
    return std::string(name) + ":\n  host: " + quoted(broker.address) +
           "\n  port: " + std::to_string(broker.port) + "\n";
}

std::string line(std::string_view key, std::string_view directory, std::string_view file) {
    std::string text(key);
    return text.append(": ").append(directory).append(file).append("\n");
}

std::string key_lines(std::string_view in) {
    return line("  signing", in, layout::kSigningKey) +
           line("  agreement", in, layout::kAgreementKey) + line("  tls_key", in, layout::kTlsKey) +
           line("  tls_certificate", in, layout::kTlsCertificate) +
           line("  ca_certificate", in, layout::kAuthorityCertificate);
}

std::string peers_section(const LabNetwork& lab, const LabNode& node) {
    if (lab.nodes.size() < 2) return "peers: []\n";
    std::string text = "peers:\n";
    for (const LabNode& other : lab.nodes)
        if (other.id != node.id) text += broker_item(other);
    return text;
}

// Where the network's file gives the node a port for them.
std::string metrics_section(const LabNode& node) {
    if (!node.metrics_port) return "";
    return "metrics:\n  port: " + std::to_string(*node.metrics_port) + "\n";
}

// A service keeps its state and its status file in the directories of its unit.
std::string node_places(const LabNetwork& lab, const LabNode& node) {
    const std::string id = node.id.str();
    if (!lab.in_place) return "data: " + std::string(services::kNodeState) + "/" + id + "\n";
    return "data: .\nstatus_file: ../../" + std::string(layout::kRun) + "/node-" + id + ".json\n";
}

std::string gateway_places(const LabNetwork& lab) {
    if (lab.in_place)
        return "ledger: ledger.db\ndatabase: office.db\ndrafts: drafts\naudit: audit.log\n"
               "accounts: accounts.db\nstatus_file: ../" +
               std::string(layout::kRun) + "/gateway.json\n";
    const std::string state(services::kGatewayState);
    return "ledger: " + state + "/ledger.db\ndatabase: " + state + "/office.db\ndrafts: " + state +
           "/drafts\naudit: " + state + "/audit.log\naccounts: " + state + "/accounts.db\n";
}

// The office's API, where the network's file gives its port.
std::string http_section(const LabNetwork& lab) {
    if (!lab.gateway || !lab.http_port) return "";
    return "http:\n  host: " + quoted(lab.gateway->listen) +
           "\n  port: " + std::to_string(*lab.http_port) + "\n" +
           line("  tls_key", "", layout::kHttpKey) +
           line("  tls_certificate", "", layout::kHttpCertificate) + "  names: [localhost, " +
           quoted(lab.gateway->address) + "]\n";
}

std::string meter_places(const LabNetwork& lab) {
    if (!lab.in_place) return "outbox: " + std::string(services::kMeterState) + "/outbox.db\n";
    const std::string run(layout::kRun);
    return "outbox: outbox.db\nstatus_file: ../" + run + "/meter-sim.json\n";
}

std::string source_section(const MeterSource& source) {
    if (!source.homes.empty())
        return "source:\n  homes: " + quoted(source.homes.string()) +
               "\n  homes_sha256: " + quoted(to_hex(source.homes_digest.view())) + "\n";
    std::string text = "source:\n  seed: " + std::to_string(source.seed.value_or(0)) + "\n";
    if (source.latitude_deg) {
        text += "  latitude_deg: " + std::to_string(*source.latitude_deg) + "\n";
    }
    return text;
}

std::string meter_item(const LabMeter& meter) {
    const std::string in = meter.id.str() + "/";
    std::string text = "  - id: " + quoted(meter.id.str()) + "\n" +
                       line("    signing_key", in, layout::kSigningKey) +
                       line("    data_key", in, layout::kDataKey) +
                       line("    tls_key", in, layout::kTlsKey) +
                       line("    tls_certificate", in, layout::kTlsCertificate);
    if (!meter.home.empty()) text += "    home: " + quoted(meter.home) + "\n";
    if (meter.pv_w) text += "    pv_w: " + std::to_string(*meter.pv_w) + "\n";
    return text;
}

}  // namespace

std::string edge_node_yaml(const LabNetwork& lab, const LabNode& node) {
    std::string text =
        "# Made by `gateway provision`; config/edge-node.yaml explains the keys.\n"
        "node: " +
        quoted(node.id.str()) + "\n" + line("genesis", "../../", layout::kGenesis) +
        node_places(lab, node) + "keys:\n" + key_lines("keys/") + place_section("broker", node) +
        peers_section(lab, node) + (lab.gateway ? place_section("gateway", *lab.gateway) : "") +
        metrics_section(node) + "log_level: info\n";
    return text + "clock: " + (lab.operator_clock ? "operator" : "kernel") + "\n";
}

std::string gateway_yaml(const LabNetwork& lab) {
    std::string text = "# Made by `gateway provision`; config/gateway.yaml explains the keys.\n" +
                       line("genesis", "../", layout::kGenesis) + gateway_places(lab) + "keys:\n" +
                       key_lines("") + (lab.gateway ? place_section("broker", *lab.gateway) : "") +
                       http_section(lab) + "nodes:\n";
    for (const LabNode& node : lab.nodes)
        text += broker_item(node);
    return text + "log_level: info\n";
}

std::string meter_sim_yaml(const LabNetwork& lab) {
    std::string text = "# Made by `gateway provision`; config/meter-sim.yaml explains the keys.\n" +
                       line("genesis", "../", layout::kGenesis) + meter_places(lab) +
                       "log_level: info\n" + (lab.in_place ? "publish_spread_ms: 0\n" : "") +
                       line("ca_certificate", "", layout::kAuthorityCertificate) + "brokers:\n";
    for (const LabNode& node : lab.nodes)
        text += broker_item(node);
    text += source_section(lab.source) + "meters:\n";
    for (const LabMeter& meter : lab.meters)
        text += meter_item(meter);
    return text;
}

}  // namespace fairfeed
