// meter-sim status: the last status of the meters, its age, and whether the process that wrote it
// still runs. Reads the status file, uses neither outbox nor keys.
#pragma once

#include <filesystem>
#include <ostream>

namespace fairfeed {

struct FleetStatusOptions {
    std::filesystem::path config;
    bool json = false;
};

// 0: the meters are at work. 1: they do not run, have stopped reporting, wait, or have alarms. 2:
// wrong configuration, or no status file.
[[nodiscard]] int run_status(const FleetStatusOptions& options, std::ostream& out,
                             std::ostream& err);

}  // namespace fairfeed
