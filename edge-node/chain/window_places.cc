#include "edge-node/chain/window_places.h"

#include "edge-node/chain/pool_rules.h"

namespace fairfeed {
namespace {

// Of one cluster: as many as its committee has proposers (paper A43). An honest proposer certifies
// one settlement on one state, and a settlement that was drafted on an older state is dropped.
constexpr std::size_t kSettlementsPerCluster = 4;

}  // namespace

Result<void, Reject> WindowPlaces::find_room(const Settlement& settlement,
                                             const ChainState& state) const {
    if (!pool::is_due(settlement, state)) return unexpected(Reject::future_window);
    const auto most = static_cast<std::size_t>(state.genesis.parameters.max_block_transactions);
    if (listed_readings(settlement).size() >= most) return unexpected(Reject::wrong_entries);
    const auto others = settlements_.find(settlement.cluster);
    if (others != settlements_.end() && others->second >= kSettlementsPerCluster) {
        return unexpected(Reject::too_many_transactions);
    }
    return {};
}

void WindowPlaces::add(const Settlement& settlement) {
    ++settlements_[settlement.cluster];
    for (const ListedReading& listed : listed_readings(settlement))
        listed_.insert(listed.reading);
}

void WindowPlaces::clear() {
    settlements_.clear();
    listed_.clear();
}

}  // namespace fairfeed
