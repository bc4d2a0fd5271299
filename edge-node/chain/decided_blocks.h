// The blocks that were decided lately, and what contradicts them (R24): a second block of one
// height with a quorum behind it. Only recent heights are remembered, and only they can be
// compared. Pure; owned by ChainDriver.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "core/state/state.h"
#include "edge-node/consensus/safety_record.h"

namespace fairfeed {

class DecidedBlocks {
  public:
    // validators: those that decided the height, which the state after it may have replaced (R21).
    void remember(Height height, const Digest& block, std::vector<NodeId> validators);
    // Does the certificate prove another block at a remembered height? Then this node must halt.
    // Errors: those of check_certificate, which is asked only about another block.
    [[nodiscard]] Result<std::optional<consensus::Halt>, Reject> compare(
        const QuorumCertificate& certificate, const ChainState& state) const;

  private:
    struct Decided {
        Digest block;
        std::vector<NodeId> validators;
    };
    std::map<Height, Decided> by_height_;  // the newest few
};

// A quorum stands behind this header of the next height, and the header does not follow from the
// state: why this node must halt (R24).
[[nodiscard]] consensus::Halt divergence(const BlockHeader& theirs, const ChainState& state);

}  // namespace fairfeed
