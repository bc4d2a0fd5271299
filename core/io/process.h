// Identifies the process that wrote something and tells whether it still runs. The system reuses
// process ids, so the start time stands beside the id. Reads /proc, as every program may.
#pragma once

#include <cstdint>

namespace fairfeed {

struct ProcessMark {
    std::int64_t pid = 0;
    std::int64_t started = 0;  // clock ticks since the machine's start; 0: not known
    bool operator==(const ProcessMark&) const = default;
};

[[nodiscard]] ProcessMark this_process();
[[nodiscard]] bool is_running(const ProcessMark& process);

}  // namespace fairfeed
