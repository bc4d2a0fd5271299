// What a node says of itself once a second for scripts and people: the status file's JSON. Local
// facts, no part of the protocol; docs/operations.md names every member.
#pragma once

#include "core/io/json.h"
#include "edge-node/node.h"

namespace fairfeed {

struct StatusReport {
    NodeId node;
    bool broker_connected = false;
    std::size_t peers_connected = 0;
    std::size_t peers = 0;
    std::uint64_t dropped = 0;  // messages not sent or not taken because a queue was full
    const NodeSummary& summary;
};

[[nodiscard]] Json to_json(const StatusReport& report);

}  // namespace fairfeed
