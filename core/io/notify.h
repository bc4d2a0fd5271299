// What the service manager hears of us (sd_notify): ready, status, stopping, and the watchdog kick.
// Silent without NOTIFY_SOCKET, so programs call it always. Kick the watchdog from the main loop
// after real progress, never from a timer thread. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace fairfeed {

void notify_ready();
void notify_status(std::string_view one_line);
void notify_stopping();
void notify_watchdog();
// The same, and a minute more to get ready in: for a start that takes long and gets on.
void notify_progress();
// How often the service manager wants to hear from us, if it does: kick at half of it.
[[nodiscard]] std::optional<std::int64_t> watchdog_interval_ms();

}  // namespace fairfeed
