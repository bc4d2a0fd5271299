#include "gateway/commands/provision_report.h"

#include <algorithm>
#include <iomanip>
#include <string>
#include <vector>

#include "core/base/units.h"
#include "core/base/utc_text.h"
#include "core/model/allocation.h"
#include "core/recordings/recorded_homes.h"
#include "gateway/commands/provision_advice.h"
#include "gateway/dgmd/key_store.h"

namespace fairfeed {

namespace {

std::string joined(const std::vector<std::string>& parts) {
    std::string text;
    for (const std::string& part : parts)
        text += (text.empty() ? "" : ", ") + part;
    return text.empty() ? "-" : text;
}

template <class Ids>
std::vector<std::string> names_of(const Ids& ids) {
    std::vector<std::string> names;
    for (const auto& id : ids)
        names.push_back(id.str());
    return names;
}

std::vector<std::string> neighbours_of(const std::vector<NodeId>& members) {
    auto names = names_of(members);
    names.erase(names.begin());
    return names;
}

std::string counted(std::size_t count, const std::string& what) {
    return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

// "9.5 kW" without a fraction type; whole watts below one kilowatt.
std::string power(std::int64_t watts) {
    if (watts < 1000) return std::to_string(watts) + " W";
    const std::int64_t hundred_w = watts % 1000 / 100;
    return std::to_string(watts / 1000) + (hundred_w ? "." + std::to_string(hundred_w) : "") +
           " kW";
}

std::int64_t capacity_of(const LabNetwork& lab, const ClusterId& cluster) {
    std::int64_t sum_w = 0;
    for (const LabMeter& meter : lab.meters)
        if (meter.cluster == cluster) sum_w += meter.capacity_w;
    return sum_w;
}

std::string class_name(std::size_t members) {
    return std::string(to_string(committee_class(members)));
}

using Table = std::vector<std::vector<std::string>>;

void print_table(const Table& table, std::ostream& out) {
    std::vector<std::size_t> widths(table.front().size());
    for (const auto& row : table)
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], row[i].size());
    for (const auto& row : table) {
        out << ' ';
        for (std::size_t i = 0; i + 1 < row.size(); ++i)
            out << ' ' << std::left << std::setw(static_cast<int>(widths[i]) + 1) << row[i];
        out << ' ' << row.back() << '\n';
    }
}

Table cluster_table(const ProvisionReport& report) {
    Table table{{"cluster", "parent", "neighbours", "meters", "certified", "committee"}};
    for (const LabCluster& cluster : report.lab.clusters) {
        const auto& members = report.plan.committees.at(cluster.id);
        const std::size_t quorum = report.state.quorum_of(cluster.id);
        table.push_back(
            {cluster.id.str(), cluster.parent.str(), joined(neighbours_of(members)),
             std::to_string(report.plan.meters.at(cluster.id)),
             power(capacity_of(report.lab, cluster.id)),
             class_name(members.size()) + ", " + committee_promise(members.size(), quorum)});
    }
    return table;
}

Table node_table(const ProvisionReport& report) {
    Table table{{"node", "broker", "parent of", "neighbour of"}};
    for (const LabNode& node : report.lab.nodes) {
        const auto cluster = report.plan.parent_of.find(node.id);
        table.push_back({node.id.str(), node.address + " port " + std::to_string(node.port),
                         cluster != report.plan.parent_of.end() ? cluster->second.str() : "-",
                         joined(names_of(report.plan.neighbour_of(node.id)))});
    }
    return table;
}

void print_start(const ProvisionReport& report, std::ostream& out) {
    const NetworkParameters& parameters = report.state.genesis.parameters;
    const std::int64_t ahead_s = (parameters.real_epoch_ms - report.now_ms) / 1000;
    out << "  starts   " << utc_text(parameters.real_epoch_ms / 1000) << " UTC, "
        << (parameters.real_epoch_ms > report.now_ms ? "in " + std::to_string(ahead_s) + " s"
                                                     : std::string("already past"))
        << "; grid time is then " << utc_text(parameters.grid_epoch_s) << '\n'
        << "  windows  " << parameters.window_seconds / 60 << " grid minutes, "
        << parameters.window_seconds * 1000 / parameters.speed << " real ms each at speed "
        << parameters.speed
        << (parameters.window_limit > 0
                ? ", " + std::to_string(parameters.window_limit) + " of them"
                : std::string(", without end"))
        << "; rule " << to_string(parameters.rule) << '\n';
}

// A recording that is shorter than the run repeats, so the report says so.
bool starts_again(const ProvisionReport& report) {
    const NetworkParameters& parameters = report.state.genesis.parameters;
    return parameters.window_limit == 0 || report.lab.source.homes_quarters * kSecondsPerQuarter <
                                               parameters.window_limit * parameters.window_seconds;
}

void print_recording(const ProvisionReport& report, std::ostream& out) {
    const MeterSource& source = report.lab.source;
    if (source.homes.empty()) return;
    const std::int64_t windows =
        source.homes_quarters * kSecondsPerQuarter / report.state.genesis.parameters.window_seconds;
    out << "  homes    " << source.homes.string() << ", " << hours_text(source.homes_quarters)
        << " recorded: " << counted(static_cast<std::size_t>(windows), "whole window")
        << (starts_again(report) ? "; the run is longer, and the recording then starts again" : "")
        << '\n';
}

Json recording_json(const ProvisionReport& report) {
    const MeterSource& source = report.lab.source;
    if (source.homes.empty()) return {};
    return Json::object()
        .set("file", source.homes.string())
        .set("sha256", to_hex(source.homes_digest.view()))
        .set("hours", source.homes_quarters * kSecondsPerQuarter / kSecondsPerHour)
        .set("quarters", source.homes_quarters)
        .set("starts_again", starts_again(report));
}

void print_written(const ProvisionReport& report, std::ostream& out) {
    out << "Wrote " << counted(report.directory.files(), "file") << " to "
        << report.directory.path().string()
        << ":\n  genesis.cbor, nodes/, meters/, dgmd/, officers/, inspectors/, ca/. Keys are for "
           "you\n"
           "  alone (mode 0600); take ca/ offline: only who adds or renews a certificate needs "
           "it.\n"
           "  Give each officer and inspector the one key of theirs, and keep no copy here: "
           "together\n"
           "  the keys of officers/ decide everything.\n\n";
}

Json warnings_json(const LabNetwork& lab) {
    Json warnings = Json::array();
    for (const std::string& warning : warnings_of(lab))
        warnings.push(warning);
    return warnings;
}

Json nodes_json(const ProvisionReport& report) {
    Json nodes = Json::array();
    for (const LabNode& node : report.lab.nodes) {
        const auto cluster = report.plan.parent_of.find(node.id);
        Json neighbour_of = Json::array();
        for (const ClusterId& each : report.plan.neighbour_of(node.id))
            neighbour_of.push(each.str());
        const auto where = report.directory.path() / layout::node_directory(node.id);
        nodes.push(Json::object()
                       .set("id", node.id.str())
                       .set("address", node.address)
                       .set("port", node.port)
                       .set("parent_of", cluster != report.plan.parent_of.end()
                                             ? Json(cluster->second.str())
                                             : Json())
                       .set("neighbour_of", std::move(neighbour_of))
                       .set("config", (where / "edge-node.yaml").string())
                       .set("mosquitto_config", (where / "mosquitto.conf").string()));
    }
    return nodes;
}

Json office_json(const ProvisionReport& report) {
    const Office& office = report.state.genesis.office;
    const std::filesystem::path& path = report.directory.path();
    const auto people = [&](const std::vector<Signatory>& list, std::string_view where) {
        Json out = Json::array();
        for (const Signatory& each : list)
            out.push(Json::object()
                         .set("name", each.name.str())
                         .set("key", (path / where / (each.name.str() + ".key")).string()));
        return out;
    };
    return Json::object()
        .set("threshold", office.threshold)
        .set("promise", promise_of(office))
        .set("laboratory_only", is_decided_alone(office))
        .set("officers", people(office.officers, layout::kOfficers))
        .set("inspectors", people(office.inspectors, layout::kInspectors));
}

Json clusters_json(const ProvisionReport& report) {
    Json clusters = Json::array();
    for (const LabCluster& cluster : report.lab.clusters) {
        const auto& members = report.plan.committees.at(cluster.id);
        Json names = Json::array();
        for (const NodeId& member : members)
            names.push(member.str());
        clusters.push(Json::object()
                          .set("id", cluster.id.str())
                          .set("parent", cluster.parent.str())
                          .set("members", std::move(names))
                          .set("committee_class", class_name(members.size()))
                          .set("quorum", report.state.quorum_of(cluster.id))
                          .set("tolerated_faults", tolerated_faults(members.size()))
                          .set("meters", report.plan.meters.at(cluster.id))
                          .set("capacity_w", capacity_of(report.lab, cluster.id)));
    }
    return clusters;
}

Json meters_json(const LabNetwork& lab) {
    Json meters = Json::array();
    for (const LabMeter& meter : lab.meters) {
        meters.push(Json::object()
                        .set("id", meter.id.str())
                        .set("cluster", meter.cluster.str())
                        .set("capacity_w", meter.capacity_w));
    }
    return meters;
}

}  // namespace

std::string committee_promise(std::size_t members, std::size_t quorum) {
    const std::size_t faults = tolerated_faults(members);
    if (faults > 0) {
        return "f = " + std::to_string(faults) + ": " + std::to_string(faults) + " of " +
               std::to_string(members) + " may fail or lie";
    }
    if (members == 1) return "f = 0: everything rests on this node";
    if (quorum < members) {
        return "f = 0: " + std::to_string(members - quorum) + " of " + std::to_string(members) +
               " may be down, none may lie";
    }
    return "f = 0: nothing is certified while one of " + std::to_string(members) + " is down";
}

Json report_json(const ProvisionReport& report) {
    const NetworkParameters& parameters = report.state.genesis.parameters;
    const std::size_t validators = report.plan.validators.size();
    const std::filesystem::path& path = report.directory.path();
    return Json::object()
        .set("name", parameters.name)
        .set("network", to_hex(report.state.network.view()))
        .set("directory", path.string())
        .set("genesis", (path / layout::kGenesis).string())
        .set("genesis_node", report.plan.genesis_node().str())
        .set("starts_at", parameters.real_epoch_ms)
        .set("grid_epoch_s", parameters.grid_epoch_s)
        .set("speed", parameters.speed)
        .set("window_seconds", parameters.window_seconds)
        .set("window_limit", parameters.window_limit)
        .set("chain", Json::object()
                          .set("validators", validators)
                          .set("quorum", quorum(validators))
                          .set("tolerated_faults", tolerated_faults(validators)))
        .set("office", office_json(report))
        .set("nodes", nodes_json(report))
        .set("clusters", clusters_json(report))
        .set("meters", meters_json(report.lab))
        .set("recording", recording_json(report))
        .set("meter_config", (path / layout::kMeterConfig).string())
        .set("files", report.directory.files())
        .set("warnings", warnings_json(report.lab));
}

void print_report_page(const ProvisionReport& report, std::ostream& out) {
    const LabNetwork& lab = report.lab;
    const std::size_t validators = report.plan.validators.size();
    out << "Network '" << lab.parameters.name << "' (" << short_hex(report.state.network)
        << "): " << counted(lab.nodes.size(), "node") << ", "
        << counted(lab.clusters.size(), "cluster") << ", " << counted(lab.meters.size(), "meter")
        << "\n\n  chain    " << counted(validators, "validator") << ", " << quorum(validators)
        << " must agree: " << validators - quorum(validators) << " may be down, "
        << tolerated_faults(validators) << " may lie; block 0 by "
        << report.plan.genesis_node().str() << ", which has most meters\n";
    out << "  office   " << promise_of(report.state.genesis.office)
        << " on rights and money: " << joined(names_of(lab.office.officers)) << '\n';
    print_start(report, out);
    print_recording(report, out);
    out << '\n';
    print_table(cluster_table(report), out);
    out << '\n';
    print_table(node_table(report), out);
    out << '\n';
    print_written(report, out);
    print_next_steps(report, out);
}

}  // namespace fairfeed
