// `meter-sim run`: all meters of a configuration at work until a signal ends them. Reads the
// configuration, genesis and keys; owns the signals of the process; main.cc owns the command line.
#pragma once

#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

namespace fairfeed {

struct RunOptions {
    std::filesystem::path config;
    // METER@WINDOW each: somebody opens this meter when this window begins.
    std::vector<std::string> tamper;
    bool check_only = false;  // read everything, start nothing
};

// 0: ended by SIGINT or SIGTERM. 1: the outbox or the status file failed. 2: the configuration, or
// what it names, is wrong; one line per error on `err`.
[[nodiscard]] int run_run(const RunOptions& options, std::ostream& out, std::ostream& err);

}  // namespace fairfeed
