// meter-sim status: what the meters said of themselves last, how old that is, and whether the
// process that said it lives. Reads the status file, touches neither outbox nor keys.
#pragma once

#include <filesystem>
#include <ostream>

namespace fairfeed {

struct FleetStatusOptions {
    std::filesystem::path config;
    bool json = false;
};

// 0: the meters are at work. 1: they do not run, have long said nothing, wait, or have alarms. 2:
// wrong configuration, or no status file.
[[nodiscard]] int run_status(const FleetStatusOptions& options, std::ostream& out,
                             std::ostream& err);

}  // namespace fairfeed
