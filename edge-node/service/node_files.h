// The files that a node's configuration names, looked at together before anything begins: keys,
// certificates, genesis, and whether they are this node's in this network. Everything wrong at
// once, one line each with file and remedy.
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
    std::vector<std::string> of_time;  // certificates that are not valid now: by this clock
    std::vector<std::string> soon;     // that will not be in less than thirty days
};

// Errors: what a person must mend before the node can do anything.
[[nodiscard]] Result<NodeFiles, std::vector<std::string>> check_node_files(const NodeConfig& config,
                                                                           std::int64_t now_s);

[[nodiscard]] TlsFiles tls_files_of(const NodeConfig& config);

}  // namespace fairfeed
