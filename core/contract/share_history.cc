#include "core/contract/share_history.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/wire/settlement_line_codec.h"

namespace fairfeed {

namespace {

// How many of the newest shares fit into the room.
std::size_t newest_within(const ShareSchedule& shares, std::size_t room) {
    if (shares.size() * kShareBytes <= room) return shares.size();
    std::size_t bytes = 0;
    const auto last = std::find_if(shares.rbegin(), shares.rend(), [&](const ShareInForce& share) {
        bytes += encoded_size(share);
        return bytes > room;
    });
    return static_cast<std::size_t>(last - shares.rbegin());
}

}  // namespace

ShareSchedule kept_shares(const ShareSchedule& shares, const std::vector<GridSpan>& spans,
                          std::size_t room) {
    CHECK(room >= kShareBytes);
    ShareSchedule kept;
    for (auto share = shares.begin(); share != shares.end(); ++share) {
        const auto next = std::next(share);
        const std::int64_t until_s = next != shares.end() ? next->from_s : INT64_MAX;
        const bool binds = std::any_of(spans.begin(), spans.end(), [&](const GridSpan& span) {
            return span.from_s < until_s && share->from_s < span.until_s;
        });
        const bool is_known = !kept.empty() && kept.back().share_w == share->share_w;
        if (binds && !is_known) kept.push_back(*share);
    }
    if (kept.size() <= std::min(newest_within(kept, room), kMaxShares)) return kept;
    const std::size_t newest = std::min(newest_within(kept, room - kShareBytes), kMaxShares - 1);
    const auto last = std::prev(kept.end(), static_cast<std::ptrdiff_t>(newest));
    const auto smallest = std::min_element(
        kept.begin(), last, [](const auto& a, const auto& b) { return a.share_w < b.share_w; });
    ShareSchedule bounded{{smallest->share_w, kept.front().from_s}};
    bounded.insert(bounded.end(), last, kept.end());
    return bounded;
}

}  // namespace fairfeed
