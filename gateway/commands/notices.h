// `gateway notices`: puts approved drafts together as the file that meters and installers read: one
// TRANSACTIONS message (docs/protocol.md, section 6; `notices` in config/meter-sim.yaml). main.cc
// owns the command line.
#pragma once

#include <filesystem>
#include <ostream>
#include <vector>

namespace fairfeed {

struct NoticesOptions {
    std::vector<std::filesystem::path>
        drafts;                 // approved; in the order of their numbers afterwards
    std::filesystem::path out;  // replaced if it is there
    bool json = false;
};

// 0: written. 1: the machine failed. 2: wrong input, one line per fault; nothing is written.
[[nodiscard]] int run_notices(const NoticesOptions& options, std::ostream& out, std::ostream& err);

}  // namespace fairfeed
