// The time a meter measures by. Between synchronisations it is what has passed on the steady clock;
// the machine's clock corrects it, at most by a tenth of the time that passes. A leap of that clock
// is no synchronisation until it has stood for a while: a short while where the kernel says that
// the clock has just been disciplined, else a long one. So a clock that is wrong for some seconds
// changes nothing, and one that is set right is followed (protocol 8, rule 14). Pure; one thread.
#pragma once

#include <cstdint>
#include <optional>

#include "core/base/units.h"

namespace fairfeed {

class MeterClock {
  public:
    static constexpr std::int64_t kLeapMs = 1000;               // more than this is a leap
    static constexpr std::int64_t kDisciplinedStandsMs = 5000;  // before it is believed
    static constexpr std::int64_t kUndisciplinedStandsMs = 60'000;

    // The machine's clock is taken at its word once, when the process starts.
    explicit MeterClock(const Instant& start);

    struct Look {
        Instant now;       // to measure by
        bool set = false;  // a leap was believed: time before `now` has not passed here
    };
    // Looks at the machine's clock; steady time never goes back.
    [[nodiscard]] Look look(const Instant& machine);
    // The machine's clock says something else, and is not believed yet.
    [[nodiscard]] bool is_doubted() const { return leap_.has_value(); }

  private:
    struct Leap {
        std::int64_t offset_ms = 0;  // real less steady, when it was last seen
        std::int64_t since_ms = 0;   // steady, as the next
        // Since when the kernel calls the clock right that it did not call right before.
        std::optional<std::int64_t> disciplined_since_ms;
    };
    void correct(std::int64_t ahead_ms);
    [[nodiscard]] bool stands(const Instant& machine);

    Instant last_;                // as told by look()
    std::int64_t unused_ms_ = 0;  // steady time that no correction was set against
    bool disciplined_ = false;    // what the kernel said of the clock that is followed
    std::optional<Leap> leap_;
};

}  // namespace fairfeed
