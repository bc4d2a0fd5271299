#include "core/io/notify.h"

#include <systemd/sd-daemon.h>

#include <string>

namespace fairfeed {
namespace {

// The return value only tells that there is no service manager, so it is ignored.
void tell(const std::string& state) {
    (void)sd_notify(0, state.c_str());
}

}  // namespace

void notify_ready() {
    tell("READY=1");
}
void notify_stopping() {
    tell("STOPPING=1");
}
void notify_watchdog() {
    tell("WATCHDOG=1");
}

void notify_progress() {
    tell("WATCHDOG=1\nEXTEND_TIMEOUT_USEC=60000000");
}

void notify_status(std::string_view one_line) {
    std::string state = "STATUS=";
    for (const char c : one_line)
        state.push_back(c == '\n' ? ' ' : c);
    tell(state);
}

std::optional<std::int64_t> watchdog_interval_ms() {
    std::uint64_t microseconds = 0;
    if (sd_watchdog_enabled(0, &microseconds) <= 0) return std::nullopt;
    return static_cast<std::int64_t>(microseconds / 1000);
}

}  // namespace fairfeed
