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

// Repetitions wait up to an eighth longer.
constexpr std::int64_t kJitterPart = 8;

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

void PendingReading::spread(std::int64_t over_ms, std::int64_t steady_ms) {
    if (over_ms > 0) next_send_ms = steady_ms + jitter_ms(reading.id, 0, over_ms);
}

void PendingReading::sent(RoundTrip& round_trip, std::int64_t steady_ms, bool reached) {
    if (back_off_ms == 0) {
        back_off_ms = round_trip.first_wait_ms();
    } else {
        if (sendings > 0) round_trip.repeated(round_trip.doubled_ms(back_off_ms));
        back_off_ms = round_trip.doubled_ms(back_off_ms);
    }
    if (reached) sent_between(steady_ms);
    next_send_ms =
        steady_ms + back_off_ms + jitter_ms(reading.id, sendings, back_off_ms / kJitterPart);
    backed_off = false;
}

void PendingReading::sent_between(std::int64_t steady_ms) {
    ++sendings;
    sent_ms = steady_ms;
}

std::optional<std::int64_t> PendingReading::answered_after_ms(std::int64_t steady_ms) const {
    if (sendings != 1) return std::nullopt;
    return steady_ms - sent_ms;
}

void PendingReading::begin_anew() {
    next_send_ms = INT64_MIN;
    back_off_ms = 0;
    backed_off = false;
}

bool PendingReading::refused_by(const NodeId& member, const std::string& reason,
                                const RoundTrip& round_trip, std::int64_t steady_ms) {
    if (!std::exchange(backed_off, true)) {
        back_off_ms = round_trip.doubled_ms(back_off_ms);
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
