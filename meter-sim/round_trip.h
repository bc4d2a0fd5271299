// RoundTrip: how long a meter waits for the receipts of a reading before it sends it again. The
// wait follows the smoothed time until enough members had answered (RFC 6298), so that a committee
// with a burst to serve gets no repetitions on top of it. Only readings that were sent once are
// measured (Karn's rule); one that had to be sent again lengthens the wait until the next
// measurement. Pure; owned by one Meter.
#pragma once

#include <cstdint>
#include <optional>

#include "core/base/bytes.h"
#include "core/model/network.h"

namespace fairfeed {

class RoundTrip {
  public:
    // The longest wait, in the network's longest pause (`rebroadcast_cap_ms`); also the first one,
    // because nothing is known then.
    static constexpr std::int64_t kLongestCaps = 3;

    explicit RoundTrip(const Timers& timers);

    // Real milliseconds from the first sending of a reading to the second; from rebroadcast_ms up.
    [[nodiscard]] std::int64_t first_wait_ms() const;
    // The next wait after this one: twice as long, within the same bounds.
    [[nodiscard]] std::int64_t doubled_ms(std::int64_t wait_ms) const;
    // Enough members have answered a reading, so long after its only sending.
    void measured(std::int64_t after_ms);
    // A reading is sent again after a wait of this length.
    void repeated(std::int64_t wait_ms);

  private:
    [[nodiscard]] std::int64_t bounded_ms(std::int64_t wait_ms) const;

    std::int64_t shortest_ms_;
    std::int64_t longest_ms_;
    std::optional<std::int64_t> smoothed_ms_;
    std::int64_t deviation_ms_ = 0;
    std::int64_t repeated_ms_ = 0;
};

// A part of `whole_ms` that differs between readings and between their repetitions, so that meters
// which began together drift apart: [0, whole_ms). Drawn from the reading's id, a hash.
[[nodiscard]] std::int64_t jitter_ms(const Digest& reading, std::uint64_t repetition,
                                     std::int64_t whole_ms);

}  // namespace fairfeed
