// `edge-node settle`: the contract alone, on figures typed by a person. Reads one YAML file with a
// window, each meter by its sums or by its quarter hours, and prints shares and postings as a table
// or as JSON. Sums are settled as one long quarter hour. Uses no ledger, no key and no network;
// main.cc owns the command line.
#pragma once

#include <filesystem>
#include <optional>
#include <ostream>

#include "core/model/share_rule.h"

namespace fairfeed {

struct SettleOptions {
    std::filesystem::path input;
    std::optional<ShareRule> rule;  // absent: `paper`
    bool json = false;
    // `quarter`: each meter has quarter hours, and the shares come from them, one for each.
    ShareResolution resolution = ShareResolution::window;
};

// 0: settled. 1: the output could not be written. 2: the input file is wrong, one line per error
// on `err`.
[[nodiscard]] int run_settle(const SettleOptions& options, std::ostream& out, std::ostream& err);

}  // namespace fairfeed
