// `edge-node prove`: writes one file that proves a reading and its bill line to anybody who has the
// genesis file. Only keys of single messages enter it, never a data key. main.cc owns the command
// line.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <optional>
#include <string>

#include "core/base/ids.h"

namespace fairfeed {

struct ProveOptions {
    std::filesystem::path config;
    std::optional<std::filesystem::path> ledger;  // else the configuration's
    std::string meter;
    Window window = 0;
    std::optional<std::filesystem::path> out;  // else <meter>-<window>.proof, here
};

// 0: written. 1: there is nothing to prove. 2: unreadable input. An existing file is not replaced.
[[nodiscard]] int run_prove(const ProveOptions& options, std::ostream& out, std::ostream& err);

}  // namespace fairfeed
