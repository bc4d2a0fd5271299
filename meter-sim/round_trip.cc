#include "meter-sim/round_trip.h"

#include <algorithm>
#include <cstdlib>

namespace fairfeed {

RoundTrip::RoundTrip(const Timers& timers)
    : shortest_ms_(timers.rebroadcast_ms), longest_ms_(kLongestCaps * timers.rebroadcast_cap_ms) {}

std::int64_t RoundTrip::bounded_ms(std::int64_t wait_ms) const {
    return std::clamp(wait_ms, shortest_ms_, longest_ms_);
}

std::int64_t RoundTrip::first_wait_ms() const {
    if (!smoothed_ms_) return longest_ms_;
    return bounded_ms(std::max(*smoothed_ms_ + 4 * deviation_ms_, repeated_ms_));
}

std::int64_t RoundTrip::doubled_ms(std::int64_t wait_ms) const {
    return bounded_ms(2 * wait_ms);
}

// RFC 6298, section 2: alpha 1/8, beta 1/4.
void RoundTrip::measured(std::int64_t after_ms) {
    after_ms = std::clamp<std::int64_t>(after_ms, 0, longest_ms_);
    repeated_ms_ = 0;
    if (!smoothed_ms_) {
        smoothed_ms_ = after_ms;
        deviation_ms_ = after_ms / 2;
        return;
    }
    deviation_ms_ += (std::abs(*smoothed_ms_ - after_ms) - deviation_ms_) / 4;
    *smoothed_ms_ += (after_ms - *smoothed_ms_) / 8;
}

void RoundTrip::repeated(std::int64_t wait_ms) {
    repeated_ms_ = std::max(repeated_ms_, bounded_ms(wait_ms));
}

std::int64_t jitter_ms(const Digest& reading, std::uint64_t repetition, std::int64_t whole_ms) {
    constexpr std::size_t kDrawBytes = 3;
    constexpr std::int64_t kDraws = std::int64_t{1} << (8 * kDrawBytes);
    std::int64_t draw = 0;
    for (std::size_t i = 0; i < kDrawBytes; ++i)
        draw = draw << 8 | reading.bytes[(repetition * kDrawBytes + i) % Digest::kSize];
    return whole_ms / kDraws * draw + whole_ms % kDraws * draw / kDraws;
}

}  // namespace fairfeed
