// edge-node status: the last status of the node, its age, and whether the process that wrote it
// still runs. Reads the status file, uses neither ledger nor keys.
#pragma once

#include <filesystem>
#include <ostream>

namespace fairfeed {

struct StatusOptions {
    std::filesystem::path config;
    bool json = false;
};

// 0: the node runs and has no alarm. 1: it does not run, has stopped reporting, or has alarms. 2:
// wrong configuration, or no status file.
[[nodiscard]] int run_status(const StatusOptions& options, std::ostream& out, std::ostream& err);

}  // namespace fairfeed
