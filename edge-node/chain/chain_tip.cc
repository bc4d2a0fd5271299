#include "edge-node/chain/chain_tip.h"

namespace fairfeed {

std::string time_alarm(const ChainTip& tip, Instant now) {
    if (!consensus::has_run_ahead(tip.parent, now)) return {};
    return "the chain's time is " + std::to_string((tip.parent.time_ms - now.real_ms) / 1000) +
           " s ahead of this node's clock; the chain's time is set back once a quorum of nodes "
           "knows the time (docs/operations.md, Clock)";
}

}  // namespace fairfeed
