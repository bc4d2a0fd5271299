#include "meter-sim/pending_reading.h"

#include <algorithm>
#include <utility>

#include "core/model/reject.h"

namespace fairfeed {

namespace {

std::size_t say(const PendingReading& pending, Reject reason) {
    return static_cast<std::size_t>(
        std::count_if(pending.refused.begin(), pending.refused.end(), [&](const auto& entry) {
            return entry.second == to_string(reason) &&
                   !pending.reading.receipts.contains(entry.first);
        }));
}

std::int64_t doubled(std::int64_t back_off_ms, const Timers& timers) {
    return std::clamp(back_off_ms * 2, timers.rebroadcast_ms, timers.rebroadcast_cap_ms);
}

}  // namespace

bool PendingReading::is_late(std::size_t needed) const {
    return say(*this, Reject::closed_window) >= needed;
}

bool PendingReading::is_early(std::size_t needed) const {
    return say(*this, Reject::future_window) >= needed;
}

bool PendingReading::is_heard(std::size_t needed) const {
    std::set<NodeId> members = reading.receipts;
    for (const auto& [member, reason] : refused)
        if (reason != to_string(Reject::future_window)) members.insert(member);
    return members.size() >= needed;
}

void PendingReading::sent(const Timers& timers, std::int64_t steady_ms) {
    back_off_ms = doubled(back_off_ms, timers);
    next_send_ms = steady_ms + back_off_ms;
    backed_off = false;
}

void PendingReading::begin_anew() {
    next_send_ms = INT64_MIN;
    back_off_ms = 0;
    backed_off = false;
}

bool PendingReading::refused_by(const NodeId& member, const std::string& reason,
                                const Timers& timers, std::int64_t steady_ms) {
    if (!std::exchange(backed_off, true)) {
        back_off_ms = doubled(back_off_ms, timers);
        next_send_ms = std::max(next_send_ms, steady_ms + back_off_ms);
    }
    std::string& said = refused[member];
    const bool closed = reason == to_string(Reject::closed_window);
    const bool was_early = said == to_string(Reject::future_window);
    if (said == reason || !(said.empty() || closed || was_early)) return false;
    said = reason;
    return true;
}

}  // namespace fairfeed
