// Messages to the service manager (sd_notify): ready, status, stopping, and the watchdog kick. Does
// nothing without NOTIFY_SOCKET, so programs always call it. Kick the watchdog from the main loop
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
// Sends the status and asks for one more minute to get ready: for a long start that makes progress.
void notify_progress();
// The watchdog interval of the service manager, if any: kick at half of it.
[[nodiscard]] std::optional<std::int64_t> watchdog_interval_ms();

}  // namespace fairfeed
