// The end of this node's chain: the public state after the newest block, that block's certificate,
// and since when this node has had the block. Plain data; owned by ChainDriver.
#pragma once

#include <optional>
#include <string>

#include "core/base/units.h"
#include "core/state/state.h"
#include "edge-node/consensus/block_time.h"

namespace fairfeed {

struct ChainTip {
    ChainState state;
    std::optional<QuorumCertificate> certificate;  // none at genesis
    consensus::ParentTime parent;                  // of the next block
};

// For people: the chain's time is ahead of this node's synchronised clock. Empty: it is not.
[[nodiscard]] std::string time_alarm(const ChainTip& tip, Instant now);

}  // namespace fairfeed
