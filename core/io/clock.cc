#include "core/io/clock.h"

#include <sys/timex.h>

#include <chrono>

namespace fairfeed {
namespace {

constexpr std::int64_t kAskAgainMs = 1000;

template <class Source>
std::int64_t milliseconds_of() {
    const auto since_origin = Source::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(since_origin).count();
}

}  // namespace

Instant Clock::now() const {
    Instant instant;
    instant.steady_ms = milliseconds_of<std::chrono::steady_clock>();
    instant.real_ms = milliseconds_of<std::chrono::system_clock>();
    instant.synchronised =
        trust_ == ClockTrust::operator_vouches || synchronised_at(instant.steady_ms);
    return instant;
}

bool Clock::synchronised_at(std::int64_t steady_ms) const {
    const std::int64_t asked_at = asked_at_ms_.load(std::memory_order_relaxed);
    if (asked_at == INT64_MIN || steady_ms - asked_at >= kAskAgainMs) {
        timex state{};
        const int answer = adjtimex(&state);
        const bool unset = answer == TIME_ERROR && (state.status & STA_UNSYNC) != 0;
        synchronised_.store(!unset, std::memory_order_relaxed);
        asked_at_ms_.store(steady_ms, std::memory_order_relaxed);
    }
    return synchronised_.load(std::memory_order_relaxed);
}

}  // namespace fairfeed
