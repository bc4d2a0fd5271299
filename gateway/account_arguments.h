// The arguments of the commands for accounts and the audit log. A part of main.cc, which owns the
// command line. `status` lives as long as the program.
#pragma once

#include <CLI/CLI.hpp>

namespace fairfeed {

void add_account_commands(CLI::App& app, int& status);

}  // namespace fairfeed
