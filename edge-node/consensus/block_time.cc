#include "edge-node/consensus/block_time.h"

#include <algorithm>

#include "core/model/block.h"

namespace fairfeed::consensus {
namespace {

constexpr std::int64_t kSlackMs = 10'000;  // in round 0
constexpr Round kMostDoublings = 40;       // 10 s doubled so often is centuries

std::int64_t doubled(std::int64_t ms, Round round) {
    const Int128 wide = Int128{ms} << std::min(round, kMostDoublings);
    return static_cast<std::int64_t>(std::min(wide, Int128{kMaxHeaderTimeMs}));
}

// The least time above the parent's time. Such a header does not move a wrong time further.
bool is_least(std::int64_t header_ms, const ParentTime& parent) {
    return header_ms == parent.time_ms + 1;
}

}  // namespace

std::int64_t most_ahead_ms(Round round) {
    return std::min(kMostAheadMs, doubled(kSlackMs, round));
}

std::int64_t most_behind_ms(Round round, std::int64_t share_notice_ms) {
    return doubled(std::max(kSlackMs, share_notice_ms / 2), round);
}

std::int64_t known_time_ms(const ParentTime& parent, Instant now) {
    if (now.synchronised) return now.real_ms;
    return parent.time_ms + std::max<std::int64_t>(0, now.steady_ms - parent.since_steady_ms);
}

bool has_run_ahead(const ParentTime& parent, Instant now) {
    return now.synchronised && sets_time_back(parent.time_ms, now.real_ms);
}

Timeliness timeliness(std::int64_t header_ms, Round round, const ParentTime& parent,
                      std::int64_t share_notice_ms, Instant now) {
    const Timeliness otherwise = now.synchronised ? Timeliness::untimely : Timeliness::unknown;
    const std::int64_t present_ms = known_time_ms(parent, now);
    if (header_ms > present_ms + most_ahead_ms(round) && !is_least(header_ms, parent)) {
        return otherwise;
    }
    if (header_ms < present_ms - most_behind_ms(round, share_notice_ms)) return otherwise;
    const bool back = header_ms <= parent.time_ms;
    return back && !has_run_ahead(parent, now) ? otherwise : Timeliness::timely;
}

}  // namespace fairfeed::consensus
