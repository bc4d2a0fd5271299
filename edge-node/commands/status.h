// edge-node status: what the node said of itself last, how old that is, and whether the process
// that said it lives. Reads the status file, touches neither ledger nor keys.
#pragma once

#include <filesystem>
#include <ostream>

namespace fairfeed {

struct StatusOptions {
    std::filesystem::path config;
    bool json = false;
};

// 0: the node runs and has no alarm. 1: it does not run, says nothing any more, or has alarms.
// 2: wrong configuration, or no status file.
[[nodiscard]] int run_status(const StatusOptions& options, std::ostream& out, std::ostream& err);

}  // namespace fairfeed
