// `gateway audit`: shows the audit log, every line of which it checks.
#pragma once

#include <filesystem>
#include <ostream>
#include <string>

namespace fairfeed {

struct AuditOptions {
    std::filesystem::path config;
    std::string head;  // a hash noted earlier, in hex, which the log must still hold; may be empty
    bool json = false;
};

// 0: whole. 1: the machine failed, or the log was altered: the line is named on `err`. 2: wrong
// input.
[[nodiscard]] int run_audit(const AuditOptions& options, std::ostream& out, std::ostream& err);

}  // namespace fairfeed
