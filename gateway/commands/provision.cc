#include "gateway/commands/provision.h"

#include <pwd.h>
#include <unistd.h>

#include <optional>
#include <string>

#include "core/base/units.h"
#include "core/crypto/random.h"
#include "core/io/clock.h"
#include "gateway/commands/provision_advice.h"
#include "gateway/commands/provision_report.h"
#include "gateway/dgmd/broker_files.h"
#include "gateway/dgmd/genesis_builder.h"
#include "gateway/dgmd/key_store.h"
#include "gateway/dgmd/lab_file.h"
#include "gateway/dgmd/network_directory.h"
#include "gateway/dgmd/network_keys.h"
#include "gateway/dgmd/network_plan.h"
#include "gateway/dgmd/program_files.h"

namespace fairfeed {

namespace {

constexpr std::int64_t kFarthestStartMs = 366 * kSecondsPerDay * 1000;
constexpr int kDone = 0;
constexpr int kMachineFailed = 1;
constexpr int kWrongInput = 2;

// The account to which Mosquitto drops when root starts it in place, where the caller owns the
// keys; its number if it has no name.
std::string invoking_user() {
    const passwd* entry = ::getpwuid(::geteuid());
    return entry != nullptr ? entry->pw_name : std::to_string(::geteuid());
}

void write_configurations(const LabNetwork& lab, const NetworkPlan& plan,
                          NetworkDirectory& directory) {
    const std::string user = lab.in_place ? invoking_user() : std::string(services::kBrokerAccount);
    const std::filesystem::path place =
        lab.in_place ? directory.path() : std::filesystem::path(services::kConfiguration);
    if (lab.in_place) directory.directory(layout::kRun, false);
    for (const LabNode& node : lab.nodes) {
        const auto where = layout::node_directory(node.id);
        directory.open_file(where / "edge-node.yaml", edge_node_yaml(lab, node));
        directory.open_file(where / "mosquitto.conf",
                            mosquitto_conf(node, place / where, user,
                                           {max_message_bytes(lab.parameters),
                                            static_cast<std::size_t>(plan.meters_at(node.id))}));
        directory.open_file(where / "acl", mosquitto_acl(lab, node));
    }
    if (lab.gateway) {
        const std::filesystem::path where(layout::kGatewayBroker);
        directory.open_file(where / "mosquitto.conf",
                            mosquitto_conf(*lab.gateway, place / where, user,
                                           {max_message_bytes(lab.parameters), 0}));
        directory.open_file(where / "acl", gateway_acl(lab));
    }
    directory.open_file(layout::kMeterConfig, meter_sim_yaml(lab));
    directory.open_file(layout::kGatewayConfig, gateway_yaml(lab));
}

// Windows that ended long ago cannot be measured, and a start in years is probably a mistake.
std::optional<std::string> fault_of_start(const LabNetwork& lab, std::int64_t now_ms) {
    if (!lab.starts_at_ms) return std::nullopt;
    const std::int64_t ahead_ms = *lab.starts_at_ms - now_ms;
    if (ahead_ms >= -kFarthestStartMs && ahead_ms <= kFarthestStartMs) return std::nullopt;
    return "'network.starts_at' " + std::to_string(*lab.starts_at_ms) + " is more than a year " +
           (ahead_ms < 0 ? "before" : "after") +
           " this machine's time: write the milliseconds of the start, or starts_in_s";
}

int machine_failed(const std::string& what, const NetworkDirectory& directory, std::ostream& err) {
    err << what << '\n';
    if (directory.files() > 0) {
        err << directory.path().string() << ": unfinished; remove it and provision again\n";
    }
    return kMachineFailed;
}

void print_report(const ProvisionReport& report, bool json, std::ostream& out, std::ostream& err) {
    for (const std::string& warning : warnings_of(report.lab))
        err << "warning: " << warning << '\n';
    if (json) {
        out << report_json(report).dump(2) << '\n';
    } else {
        print_report_page(report, out);
    }
}

}  // namespace

int run_provision(const ProvisionOptions& options, std::ostream& out, std::ostream& err) {
    const auto lab = load_lab_file(options.network);
    auto directory = NetworkDirectory::claim(options.out);
    if (!lab) {
        for (const std::string& line : lab.error())
            err << line << '\n';
    }
    if (!directory) err << directory.error() << '\n';
    if (!lab || !directory) return kWrongInput;

    const Clock clock;
    if (const auto fault = fault_of_start(*lab, clock.now().real_ms)) {
        err << options.network.string() << ": " << *fault << '\n';
        return kWrongInput;
    }
    const NetworkPlan plan = plan_network(*lab);
    const NetworkKeys keys = make_keys(*lab, system_random());
    if (const auto trial = found_network(*lab, plan, keys, clock.now().real_ms); !trial) {
        err << options.network.string() << ": " << trial.error() << '\n';
        return kWrongInput;
    }
    write_keys(keys, *directory);
    write_configurations(*lab, plan, *directory);
    directory->make_durable();
    // Read after writing: slow disks take a while, and the network's start counts from its genesis.
    const std::int64_t now_ms = clock.now().real_ms;
    const auto founded = found_network(*lab, plan, keys, now_ms);
    if (!founded) return machine_failed(founded.error(), *directory, err);
    directory->open_file(layout::kGenesis, founded->file);
    directory->make_durable();
    if (directory->fault()) return machine_failed(*directory->fault(), *directory, err);
    print_report({*lab, plan, founded->state, *directory, now_ms}, options.json, out, err);
    return kDone;
}

}  // namespace fairfeed
