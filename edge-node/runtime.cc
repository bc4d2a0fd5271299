#include "edge-node/runtime.h"

#include "core/io/disk_space.h"
#include "core/io/file.h"
#include "core/io/log.h"
#include "core/io/notify.h"
#include "edge-node/running_node.h"

namespace fairfeed {
namespace {

// A disk that damages every ledger put on it is not to be filled with them.
constexpr std::size_t kMostRebuilds = 3;
constexpr std::int64_t kLookForRoomEveryMs = 500;

Result<LoadedGenesis, NodeFault> load_genesis_of(const NodeConfig& config) {
    const auto file = read_file(config.genesis);
    if (!file) return unexpected(NodeFault{file.error().message, true});
    auto genesis = decode_genesis(*file);
    if (!genesis) {
        return unexpected(NodeFault{
            concat(config.genesis.string(), ": no valid genesis: ", to_string(genesis.error()),
                   "; copy genesis.cbor of the network's provisioning here"),
            true});
    }
    return std::move(*genesis);
}

// One life of the node; it must be over before its files are looked after.
Result<RunningNode::End, NodeFault> live(const NodeConfig& config, const LoadedGenesis& genesis,
                                         const std::vector<std::string>& set_aside) {
    auto node = RunningNode::open(config, genesis, set_aside);
    if (node) return (*node)->run();
    if (node.error().ledger_damaged) return node.error();
    return unexpected(NodeFault{node.error().reason, node.error().mistake});
}

// A node that ended for want of room and was started again, over and over, would wear the disk out
// and be given up by the service manager. False: a signal came first.
bool wait_for_room(const NodeConfig& config) {
    const auto has_room = [&config](std::uint64_t bytes) {
        const auto room = free_bytes(config.data);
        return !room || *room >= bytes;
    };
    if (has_room(RunningNode::kLeastFreeBytes)) return true;
    log_error("the disk is full; this node says nothing until there is room",
              kv("directory", config.data.string()),
              kv("wanted_bytes", 2 * RunningNode::kLeastFreeBytes));
    EventQueue<Signal> signals(16);
    const SignalWatch watch([&signals](Signal signal) { signals.push_always(signal); });
    notify_ready();
    notify_status("the disk is full: make room");
    while (!has_room(2 * RunningNode::kLeastFreeBytes)) {
        notify_watchdog();
        for (const Signal signal : signals.pop_batch(16, kLookForRoomEveryMs))
            if (signal == Signal::stop) return false;
    }
    log_info("there is room on the disk again");
    return true;
}

}  // namespace

Result<int, NodeFault> run_node(const NodeConfig& config) {
    const auto genesis = load_genesis_of(config);
    if (!genesis) return unexpected(genesis.error());
    std::vector<std::string> set_aside;
    while (wait_for_room(config)) {
        const auto end = live(config, *genesis, set_aside);
        if (!end) return unexpected(end.error());
        if (end->reason.empty() && end->disk_full) continue;
        if (end->reason.empty()) return 0;
        if (!end->ledger_damaged || set_aside.size() >= kMostRebuilds) {
            log_error("the disk failed; the node ends, and can be started again when it is well",
                      kv("reason", end->reason));
            return 1;
        }
        auto done = Storage::rebuild_ledger(config, *genesis, end->reason);
        if (!done) return unexpected(NodeFault{done.error().message});
        log_warning("repaired", kv("what", *done));
        set_aside.push_back(std::move(*done));
    }
    return 0;
}

}  // namespace fairfeed
