// What a running node tells of itself. The content of its status file, for scripts and people, is
// made of this, and so are its metrics (node_metrics.h). Local, no part of the protocol;
// docs/operations.md names every member.
#pragma once

#include "core/io/json.h"
#include "core/ledger/snapshot_keeper.h"
#include "edge-node/node/node.h"
#include "edge-node/service/outlook.h"

namespace fairfeed {

// The state of the disk, since the process began.
struct StorageReport {
    std::uint64_t scrubbed_blocks = 0;
    std::uint64_t scrub_passes = 0;
    std::vector<std::string> set_aside;  // damaged files, a sentence each
    SnapshotReport snapshot = {};
};

// What the shell around the node holds and has done since the run began.
struct ShellReport {
    NodeLoad load;
    std::size_t events_waiting = 0;             // in the loop's queue
    std::size_t bytes_waiting = 0;              // of messages in it
    std::size_t unacknowledged = 0;             // messages that the own broker has not taken yet
    std::map<std::string, std::uint64_t> sent;  // messages, by channel
    std::uint64_t view_changes = 0;  // rounds that failed before a committed block was decided
};

struct StatusReport {
    NodeId node;
    bool broker_connected = false;
    std::size_t peers_connected = 0;
    std::size_t peers = 0;
    std::uint64_t dropped = 0;  // messages not sent or not accepted because a queue was full
    const NodeSummary& summary;
    StorageReport storage = {};
    Outlook::View view = {};
    bool running = true;                         // false: the node ends with this report
    std::optional<bool> gateway_connected = {};  // nullopt: not dialled, or not tried yet
    ShellReport shell = {};                      // metrics alone show it
};

// The status of a node that waits for free disk space; no other member is known then.
[[nodiscard]] Json waiting_json(const NodeId& node, const std::string& alarm);

[[nodiscard]] Json to_json(const StatusReport& report);

}  // namespace fairfeed
