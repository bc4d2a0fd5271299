// The time by which a meter measures. Between synchronisations it follows the steady clock. The
// machine's clock corrects it, by at most a tenth of the elapsed time. A leap of the machine's
// clock is accepted only after it has lasted for a while: a short while if the kernel reports that
// the clock has just been disciplined, else a long one. So a clock that is wrong for some seconds
// changes nothing, and a clock that is set right is followed (protocol 8, rule 14). Pure; one
// thread.
#pragma once

#include <cstdint>
#include <optional>

#include "core/base/units.h"

namespace fairfeed {

class MeterClock {
  public:
    static constexpr std::int64_t kLeapMs = 1000;               // more than this is a leap
    static constexpr std::int64_t kDisciplinedStandsMs = 5000;  // before it is accepted
    static constexpr std::int64_t kUndisciplinedStandsMs = 60'000;

    // The machine's clock is trusted once, when the process starts.
    explicit MeterClock(const Instant& start);

    struct Look {
        Instant now;       // to measure by
        bool set = false;  // a leap was accepted: time before `now` has not passed here
    };
    // Reads the machine's clock; steady time never goes back.
    [[nodiscard]] Look look(const Instant& machine);
    // The machine's clock differs by a leap that is not accepted yet.
    [[nodiscard]] bool is_doubted() const { return leap_.has_value(); }

  private:
    struct Leap {
        std::int64_t offset_ms = 0;  // real less steady, as last seen
        std::int64_t since_ms = 0;   // steady, as the next
        // Since when the kernel has reported as right a clock that it did not report as right
        // before.
        std::optional<std::int64_t> disciplined_since_ms;
    };
    void correct(std::int64_t ahead_ms);
    [[nodiscard]] bool stands(const Instant& machine);

    Instant last_;                // the result of the last look()
    std::int64_t unused_ms_ = 0;  // steady time that no correction has used
    bool disciplined_ = false;    // the kernel's report on the clock that is followed
    std::optional<Leap> leap_;
};

}  // namespace fairfeed
