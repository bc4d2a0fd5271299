#include "edge-node/consensus/inquiry.h"

#include <algorithm>

#include "core/model/certificate.h"

namespace fairfeed::consensus {

void Inquiry::begin(std::size_t others, const Timers& timers, Instant now) {
    timers_ = timers;
    others_ = others;
    until_ms_ = now.steady_ms + std::min(kMostWaitMs, timers.propose_ms);
    ask_at_ms_ = now.steady_ms;
    tips_.clear();
}

void Inquiry::on_answer(const NodeId& peer, Height tip) {
    const auto [known, first] = tips_.try_emplace(peer, tip);
    if (!first) known->second = std::min(known->second, tip);
}

bool Inquiry::is_over(Instant now) const {
    return tips_.size() + tolerated_faults(others_ + 1) >= others_ || now.steady_ms >= until_ms_;
}

bool Inquiry::has_caught_up(Height tip) const {
    const auto reached = std::count_if(tips_.begin(), tips_.end(),
                                       [tip](const auto& entry) { return entry.second <= tip; });
    return static_cast<std::size_t>(reached) >= quorum(others_ + 1);
}

void Inquiry::asked(Instant now, bool waiting) {
    ask_at_ms_ = now.steady_ms + std::max<std::int64_t>(1, waiting ? timers_.rebroadcast_ms
                                                                   : timers_.rebroadcast_cap_ms);
}

}  // namespace fairfeed::consensus
