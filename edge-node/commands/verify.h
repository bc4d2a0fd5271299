// `edge-node verify`: recomputes a ledger from genesis. Prints whether it is sound, what could not
// be recomputed, and height and reason of the first fault. Reads only; main.cc owns the command
// line.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <optional>

namespace fairfeed {

struct VerifyOptions {
    std::filesystem::path genesis;
    std::filesystem::path ledger;
    std::optional<std::filesystem::path> config;  // with its keys, sealed lines are recomputed too
    bool json = false;
};

// 0: sound. 1: a fault. 2: the input cannot be read or belongs to another network.
[[nodiscard]] int run_verify(const VerifyOptions& options, std::ostream& out, std::ostream& err);

}  // namespace fairfeed
