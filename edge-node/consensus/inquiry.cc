#include "edge-node/consensus/inquiry.h"

#include <algorithm>

#include "core/model/certificate.h"

namespace fairfeed::consensus {

void Inquiry::begin(const Timers& timers, Instant now) {
    timers_ = timers;
    until_ms_ = now.steady_ms + std::min(kMostWaitMs, timers.propose_ms);
    ask_at_ms_ = now.steady_ms;
    tips_.clear();
}

void Inquiry::on_answer(const NodeId& peer, Height tip) {
    const auto [known, first] = tips_.try_emplace(peer, tip);
    if (!first) known->second = std::min(known->second, tip);
}

bool Inquiry::is_over(const std::vector<NodeId>& others, Instant now) const {
    const auto answers = std::count_if(others.begin(), others.end(),
                                       [this](const NodeId& peer) { return tips_.contains(peer); });
    return static_cast<std::size_t>(answers) + tolerated_faults(others.size() + 1) >=
               others.size() ||
           now.steady_ms >= until_ms_;
}

std::size_t Inquiry::further(const std::vector<NodeId>& others, Height tip) const {
    const auto count = std::count_if(others.begin(), others.end(), [&](const NodeId& peer) {
        const auto answer = tips_.find(peer);
        return answer != tips_.end() && answer->second > tip;
    });
    return static_cast<std::size_t>(count);
}

bool Inquiry::is_behind(const std::vector<NodeId>& others, Height tip) const {
    return further(others, tip) > tolerated_faults(others.size() + 1);
}

bool Inquiry::awaits_proof(const std::vector<NodeId>& others, Height tip, Instant now) const {
    const std::size_t claims = further(others, tip);
    if (claims == 0) return false;
    const std::size_t few = std::max<std::size_t>(1, tolerated_faults(others.size() + 1));
    return claims > few || now.steady_ms < proof_until_ms();
}

bool Inquiry::has_caught_up(const std::vector<NodeId>& others, Height tip) const {
    const auto reached = std::count_if(others.begin(), others.end(), [&](const NodeId& peer) {
        const auto answer = tips_.find(peer);
        return answer != tips_.end() && answer->second <= tip;
    });
    return static_cast<std::size_t>(reached) >= quorum(others.size() + 1);
}

void Inquiry::asked(Instant now, bool waiting) {
    ask_at_ms_ = now.steady_ms + std::max<std::int64_t>(1, waiting ? timers_.rebroadcast_ms
                                                                   : timers_.rebroadcast_cap_ms);
}

}  // namespace fairfeed::consensus
