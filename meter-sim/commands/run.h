// `meter-sim run`: runs all meters of a configuration until a signal. Reads the configuration,
// genesis and keys; owns the signals of the process; main.cc owns the command line.
#pragma once

#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

namespace fairfeed {

struct RunOptions {
    std::filesystem::path config;
    // METER@WINDOW each: this meter is opened when this window begins.
    std::vector<std::string> tamper;
    bool check_only = false;  // check all files, start nothing
};

// 0: ended by SIGINT or SIGTERM. 1: the outbox or the status file failed. 2: the configuration, or
// a file that it names, is wrong; one line per error on `err`.
[[nodiscard]] int run_run(const RunOptions& options, std::ostream& out, std::ostream& err);

}  // namespace fairfeed
