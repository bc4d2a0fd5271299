#include "edge-node/effects/open_requests.h"

namespace fairfeed {

void OpenRequests::asked(const NodeId& peer, const std::vector<Digest>& ids) {
    std::deque<std::set<Digest>>& requests = open_[peer];
    requests.emplace_back(ids.begin(), ids.end());
    if (requests.size() > kMostOpen) requests.pop_front();
}

Result<void, Reject> check_wanted_ids(const std::vector<Digest>& ids, std::size_t most) {
    if (ids.size() > most) return unexpected(Reject::too_many_transactions);
    const std::set<Digest> distinct(ids.begin(), ids.end());
    if (distinct.size() != ids.size()) return unexpected(Reject::not_canonical);
    return {};
}

}  // namespace fairfeed
