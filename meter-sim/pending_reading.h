// A reading, or the alarm, that a meter keeps because too few members of its committee hold it: its
// holders, its refusals with reasons, and the next time of sending. Plain values and the rules of
// repetition (protocol 8, rules 1, 7 and 14); the meter decides which readings are being sent.
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
#include "meter-sim/round_trip.h"

namespace fairfeed {

// A reading as the meter keeps it: every repetition sends the same bytes.
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
    std::uint64_t sendings = 0;             // to any member; a restart forgets them
    std::int64_t sent_ms = 0;               // steady; the last of them
    bool backed_off = false;                // it was refused after it was sent
    std::map<NodeId, std::string> refused;  // by member, with the reason

    PendingReading(KeptReading kept, bool alarm)
        : reading(std::move(kept)),
          envelope(std::make_shared<const Bytes>(reading.envelope)),
          is_alarm(alarm) {}

    // `needed`: a number of members of whom at least one is honest.
    [[nodiscard]] bool is_late(std::size_t needed) const;   // its window is settled without it
    [[nodiscard]] bool is_early(std::size_t needed) const;  // its window is not over for them
    // These members have examined it, and its window is over for them.
    [[nodiscard]] bool is_heard(std::size_t needed) const;

    // A new reading takes its turn within `over_ms`; 0: at once.
    void spread(std::int64_t over_ms, std::int64_t steady_ms);
    // Its turn has come. `reached`: a member was connected.
    void sent(RoundTrip& round_trip, std::int64_t steady_ms, bool reached);
    void sent_between(std::int64_t steady_ms);  // to a member that has just connected
    // Enough members hold it: what it says of the round trip; nullopt: nothing, because nobody
    // knows which of several sendings was answered.
    [[nodiscard]] std::optional<std::int64_t> answered_after_ms(std::int64_t steady_ms) const;
    void begin_anew();  // restarts sending: at once, as if it was never sent
    // true: the refusal is new. The first reason is kept, unless it was that the window was not
    // over; that the window is closed stays true. A refusal lengthens the delay of the repetition,
    // but only once for each sending, so a thousand refusals delay it no further.
    [[nodiscard]] bool refused_by(const NodeId& member, const std::string& reason,
                                  const RoundTrip& round_trip, std::int64_t steady_ms);
};

}  // namespace fairfeed
