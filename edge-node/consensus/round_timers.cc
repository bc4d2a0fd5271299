#include "edge-node/consensus/round_timers.h"

#include <algorithm>

namespace fairfeed::consensus {

namespace {

// min(cap, base + step * round), and at least one millisecond: a round must take some time.
std::int64_t growing(std::int64_t base, std::int64_t step, std::int64_t cap, Round round) {
    const Int128 wanted = Int128{base} + Int128{step} * round;
    const Int128 bounded = std::max(Int128{1}, std::min(Int128{cap}, wanted));
    return static_cast<std::int64_t>(bounded);
}

}  // namespace

void RoundTimers::start_round(Round round) {
    round_ = round;
    deadlines_.clear();
}

std::int64_t RoundTimers::length_ms(Timeout timeout) const {
    switch (timeout) {
        case Timeout::propose:
            return growing(timers_.propose_ms, timers_.propose_step_ms, timers_.propose_cap_ms,
                           round_);
        case Timeout::prevote:
        case Timeout::precommit:
            break;
    }
    return growing(timers_.vote_ms, timers_.vote_step_ms, timers_.vote_cap_ms, round_);
}

void RoundTimers::arm(Timeout timeout, Instant now) {
    const bool idle = timeout == Timeout::propose && round_ == 0 && !awake_;
    if (!idle) deadlines_.try_emplace(timeout, now.steady_ms + length_ms(timeout));
}

std::optional<Timeout> RoundTimers::due(Instant now) const {
    const auto due =
        std::find_if(deadlines_.rbegin(), deadlines_.rend(),
                     [&](const auto& deadline) { return deadline.second <= now.steady_ms; });
    if (due == deadlines_.rend()) return std::nullopt;
    return due->first;
}

std::optional<std::int64_t> RoundTimers::next_deadline_ms() const {
    std::optional<std::int64_t> earliest;
    for (const auto& [timeout, deadline] : deadlines_) {
        if (!earliest || deadline < *earliest) earliest = deadline;
    }
    return earliest;
}

}  // namespace fairfeed::consensus
