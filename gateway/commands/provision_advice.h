// The next steps for a new network, as commands to paste, and warnings about settings that are
// allowed but probably unintended. Text only.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "gateway/commands/provision_report.h"

namespace fairfeed {

// A network in place (preset `lab`) runs in its directory. Any other is copied to its machines, to
// the directories that the units of systemd/ use.
void print_next_steps(const ProvisionReport& report, std::ostream& out);

// One line each.
[[nodiscard]] std::vector<std::string> warnings_of(const LabNetwork& lab);

}  // namespace fairfeed
