// The shell around Node: MQTT connections, disk, clock, signals and one loop. Performs the node's
// effects so that whatever a message promises is on the disk before the message leaves: everything
// durable of a turn is written first, in order, then the turn's messages are sent together. A
// failed write ends the process and is never retried (R12). A damaged ledger is mended from the
// peers, or rebuilt, and the node starts again on it. One thread runs the loop; callbacks only post
// to its queue.
#pragma once

#include <string>

#include "core/base/result.h"
#include "core/wire/genesis_file_codec.h"
#include "edge-node/service/node_config.h"

namespace fairfeed {

struct NodeFault {
    std::string reason;    // one line for a person, with file and remedy where there is one
    bool mistake = false;  // in the configuration: a restart would not help
};

// Runs the node until SIGINT or SIGTERM. 0, or 1 after the disk or the chain failed. Error: the
// node could not start.
[[nodiscard]] Result<int, NodeFault> run_node(const NodeConfig& config,
                                              const LoadedGenesis& genesis);

}  // namespace fairfeed
