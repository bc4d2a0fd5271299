// Which process wrote something, and whether it still runs: an id alone may be given again, so the
// moment of its start stands beside it. Reads /proc, like every program of a machine may.
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
