// `edge-node prove`: writes one file that proves a reading and its bill line to anybody with the
// genesis file. The file holds keys of single messages only, never a data key. main.cc owns the
// command line.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <optional>
#include <string>

#include "core/base/ids.h"

namespace fairfeed {

struct ProveOptions {
    std::filesystem::path config;
    std::optional<std::filesystem::path> ledger;  // default: the configuration's
    std::string meter;
    Window window = 0;
    std::optional<std::filesystem::path> out;  // default: <meter>-<window>.proof, in this directory
};

// 0: written. 1: there is nothing to prove. 2: unreadable input. An existing file is not replaced.
[[nodiscard]] int run_prove(const ProveOptions& options, std::ostream& out, std::ostream& err);

}  // namespace fairfeed
