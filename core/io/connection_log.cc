#include "core/io/connection_log.h"

#include "core/io/log.h"

namespace fairfeed {

void ConnectionLog::tell(const NodeId& broker, bool connected, std::string_view reason,
                         Instant now) {
    const auto untold = on_change(broker, now);
    if (!untold) return;
    const std::string before = *untold == 0 ? "" : kv("changes_not_told", *untold);
    if (connected)
        log_info("connected", kv("broker", broker), before);
    else
        log_warning("not connected; dialling again", kv("broker", broker), kv("reason", reason),
                    before);
}

}  // namespace fairfeed
