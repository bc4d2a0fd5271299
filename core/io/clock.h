// The only clock: real time, monotonic time, and whether real time may be trusted (R20). Pure rooms
// receive an Instant; only runtimes and programs hold a Clock. Clock is virtual because tests
// replace it. Any thread may call now().
#pragma once

#include <atomic>
#include <cstdint>

#include "core/base/units.h"

namespace fairfeed {

// The authority for real time: the kernel (disciplined by NTP or PTP), or the operator, as in a lab
// whose nodes share one machine and therefore one clock.
enum class ClockTrust { kernel, operator_vouches };

class Clock {
  public:
    explicit Clock(ClockTrust trust = ClockTrust::kernel) : trust_(trust) {}
    virtual ~Clock() = default;
    Clock(const Clock&) = delete;
    Clock& operator=(const Clock&) = delete;

    [[nodiscard]] virtual Instant now() const;

  private:
    // Asks the kernel at most once a second. A kernel that cannot tell counts as synchronised.
    [[nodiscard]] bool synchronised_at(std::int64_t steady_ms) const;

    ClockTrust trust_;
    mutable std::atomic<std::int64_t> asked_at_ms_{INT64_MIN};
    mutable std::atomic<bool> synchronised_{true};
};

}  // namespace fairfeed
