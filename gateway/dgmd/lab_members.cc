#include "gateway/dgmd/lab_members.h"

#include <algorithm>

#include "core/contract/billing.h"
#include "core/io/host.h"
#include "core/state/state.h"

namespace fairfeed {

namespace {

constexpr std::int64_t kMaxMetres = 1'000'000'000;
constexpr std::int64_t kMaxPort = 65'535;
constexpr std::string_view kNobody = "-";  // the item of topics that concern nobody

Location read_location(const YamlView& view) {
    return {static_cast<std::int32_t>(view.require_int("east_m", -kMaxMetres, kMaxMetres)),
            static_cast<std::int32_t>(view.require_int("north_m", -kMaxMetres, kMaxMetres))};
}

// The host is written into a certificate, a broker's configuration and other programs' files.
void check_host(const YamlView& view, std::string_view key, const std::string& host) {
    if (host.empty()) return;
    const bool listens = key == "listen";
    if (const auto fault = listens ? fault_of_listen_host(host) : fault_of_host(host))
        view.fail(key, *fault + (!listens && is_any_address(host) ? ", and " + host + " as 'listen'"
                                                                  : ""));
}

bool is_loopback(const std::string& host) {
    return is_same_host(host, "localhost") || is_loopback_address(host);
}

void refuse_reserved(const YamlView& view, const std::string& name, std::string_view key) {
    if (name == kGridAccount) view.fail(key, "the name 'grid' is an account of the ledger");
    if (name == kNobody) view.fail(key, "the name '-' stands for nobody in topics");
}

// Without a rating in the file, uses what the installation needs on three phases: at least 63 A
// each.
void read_rating(const YamlView& view, LabMeter& meter, std::int64_t needed_w) {
    ConnectionRating& rating = meter.rating;
    const auto written = view.optional_map("connection");
    if (written) {
        rating.amperes = written->require_int("amperes", 1, kMaxAmperes);
        rating.phases = written->optional_int("phases", 1, kMaxPhases).value_or(rating.phases);
        rating.volts = written->optional_int("volts", 1, kMaxVolts).value_or(rating.volts);
    } else {
        const std::int64_t an_ampere_w = rating.phases * rating.volts;
        rating.amperes = std::max(rating.amperes, (needed_w + an_ampere_w - 1) / an_ampere_w);
    }
    if (!is_rating(rating)) {
        view.fail("connection", "a connection has at most " + std::to_string(kMaxAmperes) +
                                    " A and " + std::to_string(kMaxRatingW) +
                                    " W: write amperes and volts that fit");
    } else if (rating.power_w() < needed_w) {
        view.fail("connection", std::to_string(rating.power_w()) + " W are less than the " +
                                    std::to_string(needed_w) +
                                    " W that this meter is certified for or measures");
    }
}

Registers read_registers(const YamlView& view) {
    Registers registers;
    const auto written = view.optional_map("registers");
    if (!written) return registers;
    registers.import_wh = written->require_int("import_wh", 0, kMaxInstalledWh);
    registers.export_wh = written->require_int("export_wh", 0, kMaxInstalledWh);
    registers.generation_wh = written->require_int("generation_wh", 0, kMaxInstalledWh);
    return registers;
}

}  // namespace

LabMembers::LabMembers(LabNetwork& lab) : lab_(lab) {
    identities_[dgmd_id().str()] = "utility";
}

void LabMembers::claim(const YamlView& view, const std::string& name, const std::string& what,
                       std::string_view key) {
    if (name.empty()) return;
    refuse_reserved(view, name, key);
    const auto [holder, fresh] = identities_.try_emplace(name, what);
    if (fresh) return;
    const std::string& other = holder->second;
    const bool starts_with_vowel =
        std::string_view("aeio").find(other[0]) != std::string_view::npos;
    view.fail(key, "the name '" + name + "' is already that of a" +
                       (other == what       ? "nother "
                        : starts_with_vowel ? "n "
                                            : " ") +
                       other +
                       ": nodes, meters, officers, inspectors and dgmd share one set of names");
}

std::vector<NodeId> LabMembers::read_people(const YamlView& office, std::string_view key,
                                            const std::string& what) {
    std::vector<NodeId> people;
    for (const YamlView& item : office.optional_list(key)) {
        const std::string name = item.as_text();
        if (!is_valid_name(name)) {
            item.fail("a name is 1 to 32 of a-z, 0-9 and '-': no person's own name, it is public");
            continue;
        }
        claim(item, name, what, "");
        people.emplace_back(name);
    }
    std::sort(people.begin(), people.end());
    return people;
}

void LabMembers::read_office(const YamlView& root) {
    LabOffice& office = lab_.office;
    const auto view = root.optional_map("office");
    if (!view) {
        for (const NodeId& each : office.officers)
            identities_[each.str()] = "officer";
        for (const NodeId& each : office.inspectors)
            identities_[each.str()] = "inspector";
        return;
    }
    office.officers = read_people(*view, "officers", "officer");
    office.inspectors = read_people(*view, "inspectors", "inspector");
    if (office.officers.empty() || office.officers.size() > kMaxOfficers) {
        view->fail("officers",
                   "a network needs 1 to " + std::to_string(kMaxOfficers) + " officers");
    }
    if (office.inspectors.size() > kMaxInspectors) {
        view->fail("inspectors", "at most " + std::to_string(kMaxInspectors) + " inspectors");
    }
    const auto most =
        std::min<std::size_t>(kMaxThreshold, std::max<std::size_t>(1, office.officers.size()));
    const auto usual = std::min<std::int64_t>(office.threshold, static_cast<std::int64_t>(most));
    office.threshold = static_cast<std::uint32_t>(
        view->optional_int("threshold", 1, static_cast<std::int64_t>(most)).value_or(usual));
}

const LabNode* LabMembers::find_node(const NodeId& id) const {
    const auto found = std::find_if(lab_.nodes.begin(), lab_.nodes.end(),
                                    [&id](const LabNode& node) { return node.id == id; });
    return found != lab_.nodes.end() ? &*found : nullptr;
}

// Two brokers with one address would be one broker. On one machine (loopback), a broker that
// listens on every address would block its port for all others.
void LabMembers::check_listener(const YamlView& view, const LabNode& node) {
    if (node.address.empty() || node.listen.empty() || node.port == 0) return;
    for (const LabNode& other : lab_.nodes) {
        if (other.port != node.port) continue;
        const bool any = is_any_address(node.listen) || is_any_address(other.listen);
        const bool one_machine = is_loopback(node.address) && is_loopback(other.address);
        const bool same_listen = !any && is_same_host(node.listen, other.listen);
        const bool taken =
            is_same_host(node.address, other.address) || same_listen || (any && one_machine);
        if (!taken) continue;
        view.fail("port", "the broker of node '" + other.id.str() + "' is at " + other.address +
                              " port " + std::to_string(other.port) +
                              " already, which is the same place: give this one another port");
        return;
    }
}

// Metrics listen on the loopback of the node's machine, which may be that of other nodes.
void LabMembers::check_metrics(const YamlView& view, const LabNode& node) {
    if (node.metrics_port && *node.metrics_port == node.port)
        view.fail("metrics_port", "is the port of the node's broker: give another one");
    for (const LabNode& other : lab_.nodes) {
        const bool one_machine = is_same_host(node.address, other.address) ||
                                 (is_loopback(node.address) && is_loopback(other.address));
        if (!one_machine || node.address.empty()) continue;
        const std::string remedy =
            " on node '" + other.id.str() + "', on the same machine: give this one another port";
        if (node.metrics_port && *node.metrics_port == other.port)
            view.fail("metrics_port", "is the broker's port" + remedy);
        if (node.metrics_port && node.metrics_port == other.metrics_port)
            view.fail("metrics_port", "is the port of metrics" + remedy);
        if (other.metrics_port && *other.metrics_port == node.port)
            view.fail("port", "is the port of metrics" + remedy);
    }
}

void LabMembers::read_broker(const YamlView& view, LabNode& node) {
    node.address = view.require_text("address");
    check_host(view, "address", node.address);
    node.listen = view.optional_text("listen").value_or(node.address);
    if (view.has("listen")) check_host(view, "listen", node.listen);
    node.port = static_cast<std::uint16_t>(view.require_int("port", 1, kMaxPort));
    check_listener(view, node);
}

void LabMembers::read_gateway(const YamlView& root) {
    const auto view = root.optional_map("gateway");
    if (!view) return;
    LabNode gateway;
    gateway.id = dgmd_id();
    read_broker(*view, gateway);
    if (const auto port = view->optional_int("http_port", 1, kMaxPort)) {
        lab_.http_port = static_cast<std::uint16_t>(*port);
        if (lab_.http_port == gateway.port)
            view->fail("http_port", "is the port of the gateway's broker: give another one");
    }
    check_metrics(*view, gateway);
    lab_.gateway = std::move(gateway);
}

void LabMembers::read_nodes(const YamlView& root) {
    const auto views = root.require_list("nodes");
    if (views.empty() && root.has("nodes")) root.fail("nodes", "a network needs a node");
    for (const YamlView& view : views) {
        LabNode node;
        node.id = view.require_name<NodeId>("id");
        claim(view, node.id.str(), "node");
        node.location = read_location(view.require_map("location"));
        read_broker(view, node);
        if (const auto port = view.optional_int("metrics_port", 1, kMaxPort))
            node.metrics_port = static_cast<std::uint16_t>(*port);
        check_metrics(view, node);
        lab_.nodes.push_back(std::move(node));
    }
}

void LabMembers::check_parent(const YamlView& view, const LabCluster& cluster) {
    if (cluster.parent.empty()) return;
    if (find_node(cluster.parent) == nullptr) {
        view.fail("parent", "there is no node '" + cluster.parent.str() + "'");
        return;
    }
    const auto [other, fresh] = parent_of_.try_emplace(cluster.parent, cluster.id);
    if (!fresh) {
        view.fail("parent", "node '" + cluster.parent.str() + "' is parent of cluster '" +
                                other->second.str() + "' already: a node has one cluster");
    }
}

void LabMembers::read_clusters(const YamlView& root) {
    const auto views = root.require_list("clusters");
    if (views.empty() && root.has("clusters")) root.fail("clusters", "a network needs a cluster");
    for (const YamlView& view : views) {
        LabCluster cluster;
        cluster.id = view.require_name<ClusterId>("id");
        refuse_reserved(view, cluster.id.str(), "id");
        if (!cluster.id.empty() && !cluster_meters_.try_emplace(cluster.id, 0).second) {
            view.fail("id", "there is a cluster '" + cluster.id.str() + "' already");
        }
        cluster.parent = view.require_name<NodeId>("parent");
        check_parent(view, cluster);
        const LabNode* parent = find_node(cluster.parent);
        if (const auto location = view.optional_map("location")) {
            cluster.location = read_location(*location);
        } else if (parent != nullptr) {
            cluster.location = parent->location;
        }
        lab_.clusters.push_back(std::move(cluster));
    }
}

void LabMembers::check_cluster_of(const YamlView& view, const LabMeter& meter) {
    if (meter.cluster.empty()) return;
    const auto cluster = cluster_meters_.find(meter.cluster);
    if (cluster == cluster_meters_.end()) {
        view.fail("cluster", "there is no cluster '" + meter.cluster.str() + "'");
    } else if (++cluster->second == kMaxClusterMeters + 1) {
        view.fail("cluster", "cluster '" + meter.cluster.str() + "' has more than " +
                                 std::to_string(kMaxClusterMeters) + " meters from here on");
    }
}

void LabMembers::check_service_point(const YamlView& view, const LabMeter& meter) {
    if (meter.service_point.empty() || service_points_.insert(meter.service_point).second) return;
    view.fail(view.has("service_point") ? "service_point" : "id",
              "service point '" + meter.service_point + "' has a meter already");
}

void LabMembers::read_energy(const YamlView& view, LabMeter& meter, const Recording* recording) {
    const auto certified = view.optional_int("capacity_w", 0, kMaxCapacityW);
    meter.capacity_w = certified.value_or(0);
    meter.pv_w = view.optional_int("pv_w", 0, kMaxCapacityW);
    if (lab_.source.homes.empty()) {
        if (!view.has("capacity_w")) (void)view.require_int("capacity_w", 0, kMaxCapacityW);
        if (view.has("home")) view.fail("home", "only with 'meter_source.homes'");
        return;
    }
    if (view.has("pv_w"))
        view.fail("pv_w", "only with 'meter_source.seed': a recording has its PV");
    meter.home = view.require_text("home");
    if (meter.home.empty() || recording == nullptr) return;
    const auto recorded = recording->capacity_w(meter.home);
    if (!recorded) {
        view.fail("home",
                  "the recording has no home '" + meter.home + "'; it has " + recording->names());
    } else if (*recorded > kMaxCapacityW && !certified) {
        view.fail("home", "home '" + meter.home + "' has more than 100 MW of PV: write capacity_w");
    } else {
        meter.capacity_w = certified.value_or(*recorded);
    }
}

void LabMembers::read_meters(const YamlView& root, const Recording* recording) {
    const auto views = root.require_list("meters");
    if (views.empty() && root.has("meters")) root.fail("meters", "a network needs a meter");
    for (const YamlView& view : views) {
        LabMeter meter;
        meter.id = view.require_name<MeterId>("id");
        claim(view, meter.id.str(), "meter");
        meter.cluster = view.require_name<ClusterId>("cluster");
        check_cluster_of(view, meter);
        meter.service_point = view.optional_name<MeterId>("service_point").value_or(meter.id).str();
        check_service_point(view, meter);
        read_energy(view, meter, recording);
        const std::int64_t recorded_w = recording != nullptr ? recording->peak_w(meter.home) : 0;
        read_rating(view, meter, std::max({meter.capacity_w, meter.pv_w.value_or(0), recorded_w}));
        meter.installed = read_registers(view);
        lab_.meters.push_back(std::move(meter));
    }
}

void LabMembers::size_blocks(const YamlView& network) {
    constexpr std::string_view kKey = "max_block_transactions";
    std::int64_t largest = 0;
    for (const auto& [cluster, meters] : cluster_meters_)
        largest = std::max(largest, static_cast<std::int64_t>(meters));
    std::int64_t& most = lab_.parameters.max_block_transactions;
    if (!network.has(kKey)) {
        most = std::clamp((largest * 10 + 8) / 9, most, kMaxBlockTransactions);
    } else if (most <= largest) {
        network.fail(kKey, "'network.max_block_transactions' must be above the " +
                               std::to_string(largest) +
                               " meters of the largest cluster: a block holds their readings and "
                               "the settlement");
    }
}

}  // namespace fairfeed
