// What a person does next with a new network, as commands to paste, and what of it is allowed and
// probably not meant. Text only.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "gateway/commands/provision_report.h"

namespace fairfeed {

// A network in place (preset `lab`) runs where it stands; any other goes to its machines, to where
// the units of systemd/ look.
void print_next_steps(const ProvisionReport& report, std::ostream& out);

// A line each.
[[nodiscard]] std::vector<std::string> warnings_of(const LabNetwork& lab);

}  // namespace fairfeed
