#include "gateway/commands/provision_advice.h"

#include "core/base/shell.h"
#include "gateway/dgmd/key_store.h"

namespace fairfeed {

namespace {

// This program's neighbours in its own directory, which need not be in the caller's PATH.
std::string beside_this(const std::string& program) {
    std::error_code error;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
    return error ? program : shell_word((self.parent_path() / program).string());
}

// A loop over all nodes of their brokers or programs, in the background.
std::string for_each_node(const ProvisionReport& report, const std::string& command,
                          const char* file) {
    const auto nodes =
        report.directory.path() / layout::node_directory(report.lab.nodes.front().id).parent_path();
    std::string loop = "  for n in";
    for (const auto& node : report.lab.nodes)
        loop += " " + node.id.str();
    return loop + "; do\n    " + command + " " + shell_word(nodes.string()) + "/$n/" + file +
           " &\n  done\n";
}

// The utility's own broker and service, which follow the chain.
void print_gateway_in_place(const ProvisionReport& report, std::ostream& out) {
    if (!report.lab.gateway) return;
    const std::filesystem::path& path = report.directory.path();
    out << "The utility's gateway, whenever you like; nothing waits for it:\n"
        << "  /usr/sbin/mosquitto -c "
        << shell_word((path / layout::kGatewayBroker / "mosquitto.conf").string()) << " &\n  "
        << beside_this("gateway") << " serve --config "
        << shell_word((path / layout::kGatewayConfig).string()) << " &\n";
}

void print_steps_in_place(const ProvisionReport& report, std::ostream& out) {
    const std::filesystem::path& path = report.directory.path();
    out << "Next: brokers, nodes, meters, before the first window begins. Ctrl-C ends the meters,\n"
           "`kill $(jobs -p)` the rest.\n"
        << for_each_node(report, "/usr/sbin/mosquitto -c", "mosquitto.conf")
        << for_each_node(report, beside_this("edge-node") + " run --config", "edge-node.yaml")
        << "  " << beside_this("meter-sim") << " run --config "
        << shell_word((path / layout::kMeterConfig).string()) << '\n';
    print_gateway_in_place(report, out);
}

std::string carry(const std::filesystem::path& from, const std::string& what,
                  const std::string& where) {
    return "  tar -C " + shell_word(from.string()) + " -c genesis.cbor " + what + " | ssh root@" +
           where + " tar -C " + std::string(services::kConfiguration) + " -x\n";
}

void print_steps_for_services(const ProvisionReport& report, std::ostream& out) {
    const std::filesystem::path& path = report.directory.path();
    const LabNode& first = report.lab.nodes.front();
    const std::string id = first.id.str();
    out << "Next (docs/operations.md, \"A Pi under systemd\"); every program looks below "
        << services::kConfiguration << ".\nThe files of " << id
        << ", and likewise of every other node, to its machine:\n"
        << carry(path, "nodes/" + id, first.address) << "There, as root:\n"
        << "  systemd-tmpfiles --create\n"
        << "  systemctl enable --now fairfeed-mosquitto@" << id << " edge-node@" << id << '\n'
        << "The meters' to theirs, and there as root:\n"
        << carry(path, "meters", "METERS") << "  systemd-tmpfiles --create\n"
        << "  systemctl enable --now meter-sim\n";
    if (!report.lab.gateway) return;
    out << "The utility's own machine (docs/office.md):\n"
        << carry(path, "dgmd gateway", report.lab.gateway->address)
        << "  systemd-tmpfiles --create\n"
        << "  systemctl enable --now fairfeed-gateway-mosquitto fairfeed-gateway\n";
}

std::string seconds(std::int64_t ms) {
    const std::int64_t tenths = ms / 100;
    return std::to_string(tenths / 10) +
           (tenths % 10 != 0 ? "." + std::to_string(tenths % 10) : "") + " s";
}

}  // namespace

void print_next_steps(const ProvisionReport& report, std::ostream& out) {
    if (report.lab.in_place)
        print_steps_in_place(report, out);
    else
        print_steps_for_services(report, out);
}

std::vector<std::string> warnings_of(const LabNetwork& lab) {
    std::vector<std::string> warnings;
    const NetworkParameters& parameters = lab.parameters;
    const Timers& timers = parameters.timers;
    const std::int64_t window_ms = parameters.window_seconds * 1000 / parameters.speed;
    if (timers.grace_ms + timers.slot_ms > window_ms) {
        std::string line = "windows last " + seconds(window_ms) +
                           ", and a window whose meter is missing and whose parent is away waits " +
                           seconds(timers.grace_ms) + " (grace_ms) and " + seconds(timers.slot_ms) +
                           " (slot_ms): its cluster falls behind while others end";
        if (!lab.in_place) line += "; these are field timers, `preset: lab` has short ones";
        warnings.push_back(std::move(line));
    }
    if (lab.office.threshold == 1) {
        warnings.push_back(
            "one officer's key alone decides (office.threshold 1): for a laboratory only; with "
            "threshold 2 of 3 no stolen key is enough, and one lost key is no disaster");
    }
    return warnings;
}

}  // namespace fairfeed
