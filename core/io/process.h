// Identifies the process that wrote something and tells whether it still runs; what this process
// takes of its machine. The system reuses process ids, so the start time stands beside the id.
// Reads /proc, as every program may. Any thread.
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

// Of this process. What the system does not tell is 0.
struct ProcessUse {
    std::int64_t resident_bytes = 0;
    std::int64_t cpu_ms = 0;  // of all threads
    std::int64_t open_files = 0;
};
[[nodiscard]] ProcessUse use_of_this_process();

}  // namespace fairfeed
