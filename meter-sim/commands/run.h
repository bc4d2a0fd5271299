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
    std::vector<std::string> tamper = {};
    std::filesystem::path scenario = {};               // empty: none
    std::vector<std::filesystem::path> statuses = {};  // of nodes, for the scenario
    std::filesystem::path json = {};                   // for the end report; empty: none
    bool check_only = false;                           // check all files, start nothing
};

// 0: ended by SIGINT or SIGTERM, or by a scenario whose expectations are met. 1: they are not, or
// the outbox failed. 2: the configuration, the scenario, or a file that one of them names, is
// wrong; one line per error on `err`.
[[nodiscard]] int run_run(const RunOptions& options, std::ostream& out, std::ostream& err);

}  // namespace fairfeed
