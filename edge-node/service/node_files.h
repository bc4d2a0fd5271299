// Checks the files named by a node's configuration before the node starts: keys, certificates,
// genesis, and whether they belong to this node in this network. Reports all faults at once, one
// line each with file and remedy.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/crypto/tls_files.h"
#include "core/wire/genesis_file_codec.h"
#include "edge-node/service/node_config.h"

namespace fairfeed {

struct NodeFiles {
    LoadedGenesis genesis;
    std::vector<std::string> of_time;  // certificates that are not valid by this clock
    std::vector<std::string> soon;     // certificates that expire in less than thirty days
};

// Errors: faults that a person must mend before the node can start.
[[nodiscard]] Result<NodeFiles, std::vector<std::string>> check_node_files(const NodeConfig& config,
                                                                           std::int64_t now_s);

[[nodiscard]] TlsFiles tls_files_of(const NodeConfig& config);

}  // namespace fairfeed
