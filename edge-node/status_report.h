// What a node says of itself once a second for scripts and people: the status file's JSON. Local
// facts, no part of the protocol; docs/operations.md names every member.
#pragma once

#include "core/io/json.h"
#include "edge-node/node.h"

namespace fairfeed {

// Of the disk, since the process began.
struct StorageReport {
    std::uint64_t scrubbed_blocks = 0;
    std::uint64_t scrub_passes = 0;
    std::vector<std::string> set_aside;  // what was damaged, a sentence each
};

struct StatusReport {
    NodeId node;
    bool broker_connected = false;
    std::size_t peers_connected = 0;
    std::size_t peers = 0;
    std::uint64_t dropped = 0;  // messages not sent or not taken because a queue was full
    const NodeSummary& summary;
    StorageReport storage = {};
};

[[nodiscard]] Json to_json(const StatusReport& report);

}  // namespace fairfeed
