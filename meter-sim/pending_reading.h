// A reading, or the alarm, that a meter keeps because too few members of its committee hold it: who
// holds it, who refused it and why, and when it is said again. Plain values and the rules of saying
// again (protocol 8, rules 1, 7 and 14); the meter decides what is under way.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/units.h"
#include "core/model/network.h"

namespace fairfeed {

// A reading as the meter keeps it: the same bytes are sent for ever.
struct KeptReading {
    Window window = 0;
    std::uint64_t sequence = 0;
    Digest id;
    Bytes envelope;
    std::optional<std::int64_t> first_publish_ms;  // Unix time just before the first PUBLISH
    std::set<NodeId> receipts;
    bool operator==(const KeptReading&) const = default;
};

struct PendingReading {
    KeptReading reading;
    std::shared_ptr<const Bytes> envelope;
    bool is_alarm = false;
    std::int64_t next_send_ms = INT64_MIN;  // steady; at first: at once
    std::int64_t back_off_ms = 0;
    bool backed_off = false;                // because it was refused since it was sent
    std::map<NodeId, std::string> refused;  // by whom, and why

    PendingReading(KeptReading kept, bool alarm)
        : reading(std::move(kept)),
          envelope(std::make_shared<const Bytes>(reading.envelope)),
          is_alarm(alarm) {}

    // `needed`: so many members that one of them is honest.
    [[nodiscard]] bool is_late(std::size_t needed) const;   // its window is settled without it
    [[nodiscard]] bool is_early(std::size_t needed) const;  // its window is not over for them
    // They have looked at it, and its window is over for them.
    [[nodiscard]] bool is_heard(std::size_t needed) const;

    void sent(const Timers& timers, std::int64_t steady_ms);
    void begin_anew();  // with saying it: at once, as if it was never sent
    // true: that this member says so is news. The first reason counts, unless its window was not
    // over then; that it is closed stays true. Saying again waits longer, once for each time it was
    // sent: who refuses it a thousand times delays it no further.
    [[nodiscard]] bool refused_by(const NodeId& member, const std::string& reason,
                                  const Timers& timers, std::int64_t steady_ms);
};

}  // namespace fairfeed
