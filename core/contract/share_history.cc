#include "core/contract/share_history.h"

#include <algorithm>

namespace fairfeed {

ShareSchedule kept_shares(const ShareSchedule& shares, const std::vector<GridSpan>& spans) {
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
    if (kept.size() <= kMaxShares) return kept;
    const auto last = std::prev(kept.end(), kMaxShares - 1);
    const auto smallest = std::min_element(
        kept.begin(), last, [](const auto& a, const auto& b) { return a.share_w < b.share_w; });
    ShareSchedule bounded{{smallest->share_w, kept.front().from_s}};
    bounded.insert(bounded.end(), last, kept.end());
    return bounded;
}

}  // namespace fairfeed
