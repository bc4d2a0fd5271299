// The deadlines of one round: tPropose, tPrevote and tPrecommit (R6, R10, R11), whose lengths grow
// with the round (R18). In round 0 tPropose waits until the height is awake (R16). Times are steady
// milliseconds. The caller decides when to arm a deadline and what happens when it is due. Owned by
// HeightInstance.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "core/base/units.h"
#include "core/model/certificate.h"
#include "core/model/network.h"

namespace fairfeed::consensus {

enum class Timeout : std::uint8_t { propose, prevote, precommit };

class RoundTimers {
  public:
    explicit RoundTimers(const Timers& timers) : timers_(timers) {}

    void wake() { awake_ = true; }
    void start_round(Round round);  // disarms the deadlines of the round before
    // Does nothing if the deadline is armed, or if the height is still idle (R16).
    void arm(Timeout timeout, Instant now);
    void disarm(Timeout timeout) { deadlines_.erase(timeout); }
    void disarm_all() { deadlines_.clear(); }

    [[nodiscard]] bool is_awake() const { return awake_; }
    [[nodiscard]] bool is_armed(Timeout timeout) const { return deadlines_.contains(timeout); }
    // The timeout that is due now. If several are due, the one of the latest step.
    [[nodiscard]] std::optional<Timeout> due(Instant now) const;
    [[nodiscard]] std::optional<std::int64_t> next_deadline_ms() const;

  private:
    [[nodiscard]] std::int64_t length_ms(Timeout timeout) const;

    Timers timers_;
    Round round_ = 0;
    bool awake_ = false;
    std::map<Timeout, std::int64_t> deadlines_;
};

}  // namespace fairfeed::consensus
