// The places of certified windows in the transaction pool: a few settlements for each cluster, and
// the readings that those settlements list. A meter can sign any number of readings; only a
// settlement that a committee certified gives a reading its place. Pure; owned by TransactionPool.
#pragma once

#include <map>
#include <set>

#include "core/state/state.h"

namespace fairfeed {

class WindowPlaces {
  public:
    // future_window: the settlement cannot enter the chain soon; wrong_entries: the settlement
    // lists more readings than fit beside it in a block; too_many_transactions: the places of its
    // cluster are taken.
    [[nodiscard]] Result<void, Reject> find_room(const Settlement& settlement,
                                                 const ChainState& state) const;
    void add(const Settlement& settlement);
    [[nodiscard]] bool lists(const Digest& reading) const { return listed_.contains(reading); }
    void clear();

  private:
    std::map<ClusterId, std::size_t> settlements_;
    std::set<Digest> listed_;
};

}  // namespace fairfeed
