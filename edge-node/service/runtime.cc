#include "edge-node/service/runtime.h"

#include "core/io/file_access.h"
#include "core/io/log.h"
#include "core/io/notify.h"
#include "core/wire/genesis_file_codec.h"
#include "edge-node/service/node_service.h"
#include "edge-node/service/status_report.h"

namespace fairfeed {
namespace {

// A disk that damages every ledger would otherwise be filled with damaged ledgers.
constexpr std::size_t kMostRebuilds = 3;
constexpr std::int64_t kLookForRoomEveryMs = 500;

// One run of the node; it must be over before its files are repaired.
Result<NodeService::End, NodeFault> live(const NodeConfig& config, const LoadedGenesis& genesis,
                                         const std::vector<std::string>& set_aside,
                                         NodeSurface& surface) {
    auto node = NodeService::open(config, genesis, set_aside, surface);
    if (node) return (*node)->run();
    if (node.error().ledger_damaged) return node.error();
    return unexpected(NodeFault{node.error().reason, node.error().mistake});
}

std::string full_words(const NodeConfig& config, const DiskRoom& room) {
    return concat("the disk is full: ", room.free() / 1000, " kB are free at ",
                  config.data.string(), ", and this node waits for ", DiskRoom::kEnoughBytes / 1000,
                  " kB; make room");
}

// Waits inside the process, because repeated restarts would wear the disk out. Reports to the
// service manager meanwhile. False: a stop signal came first.
bool wait_for_room(const NodeConfig& config, NodeSurface& surface) {
    DiskRoom& room = surface.room;
    if (room.look()) return true;
    log_error(full_words(config, room));
    EventQueue<Signal> signals(16);
    const SignalWatch watch([&signals](Signal signal) { signals.push_always(signal); });
    const Clock clock(config.clock);
    notify_ready();
    while (!room.look()) {
        const std::string words = full_words(config, room);
        surface.status.show(waiting_json(config.node, words), clock.now());
        if (surface.metrics) surface.metrics->show_waiting();
        notify_watchdog();
        notify_status(words);
        for (const Signal signal : signals.pop_batch(16, kLookForRoomEveryMs))
            if (signal == Signal::stop) return false;
    }
    log_info("there is room on the disk again", kv("free_bytes", room.free()));
    return true;
}

// A node that nobody can measure settles all the same.
void open_metrics(const NodeConfig& config, NodeSurface& surface) {
    if (!config.metrics_port) return;
    auto opened = NodeMetrics::open(*config.metrics_port);
    if (opened) {
        surface.metrics = std::move(*opened);
        return;
    }
    surface.metrics_fault = "no metrics are served: " + opened.error().message +
                            ": give another `metrics.port` in edge-node.yaml";
}

// Runs the node again and again, until a stop signal or a fault that it cannot repair.
Result<int, NodeFault> live_on(const NodeConfig& config, const LoadedGenesis& genesis) {
    NodeSurface surface{
        StatusFile(config.status_file), AlarmLog(), DiskRoom(config.data), nullptr, {}};
    open_metrics(config, surface);
    std::vector<std::string> set_aside;
    while (wait_for_room(config, surface)) {
        const auto end = live(config, genesis, set_aside, surface);
        if (!end) return unexpected(end.error());
        if (end->reason.empty() && end->disk_full) continue;
        if (end->reason.empty()) return 0;
        if (!end->ledger_damaged || set_aside.size() >= kMostRebuilds) {
            log_error("the disk failed; the node ends; start it again when the disk works",
                      kv("reason", end->reason));
            return 1;
        }
        auto done = Storage::rebuild_ledger(config, genesis, end->reason);
        if (!done) return unexpected(NodeFault{done.error().message});
        log_warning("repaired", kv("what", *done));
        set_aside.push_back(std::move(*done));
    }
    return 0;
}

}  // namespace

Result<int, NodeFault> run_node(const NodeConfig& config, const LoadedGenesis& genesis) {
    if (auto foreign = foreign_root_fault(config.data, "edge-node run ..."))
        return unexpected(NodeFault{std::move(*foreign), true});
    NodeConfig placed = config;
    if (placed.status_file.empty())
        placed.status_file = default_status_file(runtime_name(config.node));
    auto ended = live_on(placed, genesis);
    notify_stopping();
    return ended;
}

}  // namespace fairfeed
