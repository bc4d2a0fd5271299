// edge-node run: the daemon. Reads the configuration, then runs the node until a signal.
#pragma once

#include <filesystem>
#include <ostream>

namespace fairfeed {

struct RunNodeOptions {
    std::filesystem::path config;
    bool check_only = false;                 // check all files, start nothing
    bool accept_lost_safety_record = false;  // R23: sign although earlier signatures may be lost
};

// 0: ended by a signal. 1: failed while running or starting. 2: wrong configuration.
[[nodiscard]] int run_run(const RunNodeOptions& options, std::ostream& out, std::ostream& err);

}  // namespace fairfeed
