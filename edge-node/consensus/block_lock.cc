#include "edge-node/consensus/block_lock.h"

#include <utility>

namespace fairfeed::consensus {

void BlockLock::mark_valid(QuorumCertificate polka) {
    valid_ = Marked{*polka.content.block, polka.content.round};
    polka_ = std::move(polka);
}

bool BlockLock::permits(const ProposalContent& proposal) const {
    if (!locked_ || locked_->block == proposal.block) return true;
    return proposal.valid_round && locked_->round <= *proposal.valid_round;
}

}  // namespace fairfeed::consensus
