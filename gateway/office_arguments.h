// The arguments of the commands for people in the office: application, inspection, capacity-code,
// work-order. A part of main.cc, which owns the command line. `status` and what the arguments are
// written to live as long as the program.
#pragma once

#include <CLI/CLI.hpp>

namespace fairfeed {

void add_office_commands(CLI::App& app, int& status);

}  // namespace fairfeed
