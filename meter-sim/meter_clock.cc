#include "meter-sim/meter_clock.h"

#include <algorithm>

namespace fairfeed {

namespace {

constexpr std::int64_t kCorrectionPart = 10;  // ms that must pass for 1 ms of correction
constexpr std::int64_t kMostUnusedMs = 10'000;
constexpr std::int64_t kSameLeapMs = 250;  // tolerance within which a leap counts as the same

std::int64_t distance(std::int64_t a, std::int64_t b) {
    return a > b ? a - b : b - a;
}

}  // namespace

MeterClock::MeterClock(const Instant& start) : last_(start), disciplined_(start.synchronised) {}

MeterClock::Look MeterClock::look(const Instant& machine) {
    const std::int64_t passed_ms = std::max<std::int64_t>(0, machine.steady_ms - last_.steady_ms);
    last_.steady_ms += passed_ms;
    last_.real_ms += passed_ms;
    unused_ms_ = std::min(unused_ms_ + passed_ms, kMostUnusedMs);
    const std::int64_t ahead_ms = machine.real_ms - last_.real_ms;
    Look out;
    if (distance(ahead_ms, 0) <= kLeapMs) {
        leap_.reset();
        disciplined_ = machine.synchronised;
        correct(ahead_ms);
    } else if (stands(machine)) {
        leap_.reset();
        disciplined_ = machine.synchronised;
        out.set = ahead_ms > 0;
        last_.real_ms = machine.real_ms;
    }
    last_.synchronised = disciplined_ && !leap_;
    out.now = last_;
    return out;
}

void MeterClock::correct(std::int64_t ahead_ms) {
    const std::int64_t most_ms = unused_ms_ / kCorrectionPart;
    const std::int64_t correction_ms = std::clamp(ahead_ms, -most_ms, most_ms);
    last_.real_ms += correction_ms;
    unused_ms_ -= distance(correction_ms, 0) * kCorrectionPart;
}

// Whether the present leap has lasted long enough.
bool MeterClock::stands(const Instant& machine) {
    const std::int64_t offset_ms = machine.real_ms - machine.steady_ms;
    if (!leap_ || distance(offset_ms, leap_->offset_ms) > kSameLeapMs)
        leap_ = Leap{offset_ms, machine.steady_ms, std::nullopt};
    leap_->offset_ms = offset_ms;
    if (!machine.synchronised || disciplined_) {
        leap_->disciplined_since_ms.reset();
    } else if (!leap_->disciplined_since_ms) {
        leap_->disciplined_since_ms = machine.steady_ms;
    }
    if (machine.steady_ms - leap_->since_ms >= kUndisciplinedStandsMs) return true;
    return leap_->disciplined_since_ms &&
           machine.steady_ms - *leap_->disciplined_since_ms >= kDisciplinedStandsMs;
}

}  // namespace fairfeed
