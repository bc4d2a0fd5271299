// `gateway new-keys`: a second identity for DGMD's gateway, above all after the first one was
// stolen (docs/office.md, "A stolen gateway"). It makes keys, and with the network's private CA the
// TLS certificates; it replaces nothing: that is what the officers sign (DGMD_KEYS). main.cc owns
// the command line.
#pragma once

#include <filesystem>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace fairfeed {

struct NewKeysOptions {
    std::filesystem::path out;                // to make; it must be new or empty
    std::optional<std::filesystem::path> ca;  // directory of ca.key and ca.crt; nullopt: no TLS
    std::vector<std::string> addresses;       // of the gateway's own broker; empty: none
    bool json = false;
};

// 0: made. 1: the machine failed. 2: wrong input, one line per fault; nothing is written.
[[nodiscard]] int run_new_keys(const NewKeysOptions& options, std::ostream& out, std::ostream& err);

}  // namespace fairfeed
