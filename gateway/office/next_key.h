// A meter's next data key: who must be able to read by it, and the KEY_GRANT that gives it to them.
// Private to gateway/office. Pure.
#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/state/state.h"

namespace fairfeed {

struct NextKey {
    Window effective = 0;
    SymmetricKey key;
    std::vector<NodeId> coming;  // nodes that a coming COMMITTEE adds
};

[[nodiscard]] KeyEpoch next_key_epoch(const MeterRecord& meter);
// For the members of each committee that settles the meter's cluster from then on, for those to
// come, and for DGMD. Without a sequence. Error: one of them is no node of this network.
[[nodiscard]] Result<KeyGrant, std::string> next_key_grant(const ChainState& state,
                                                           const MeterRecord& meter,
                                                           const NextKey& next);

}  // namespace fairfeed
