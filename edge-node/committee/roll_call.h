// Whether every meter of a cluster's window has been heard, at a cost that depends on the readings
// that come and not on the meters: the roll goes on from the meter that was awaited last. One per
// round; a cache, so questions are const. Not thread-safe.
#pragma once

#include <optional>

#include "core/accounts/cluster_accounts.h"

namespace fairfeed::committee {

class RollCall {
  public:
    // `held`: of the window. Between two blocks readings are added and none is taken away.
    [[nodiscard]] bool is_complete(const ChainState& state, const ClusterId& cluster, Window window,
                                   const OpenedReadings* held) const;

  private:
    struct Place {
        Height height = 0;  // a block may change which meters there are
        Window window = 0;
        std::size_t next = 0;  // index in the cluster's meters; those before it have been heard
    };
    mutable std::optional<Place> place_;
};

}  // namespace fairfeed::committee
