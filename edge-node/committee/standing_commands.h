// The commands that stand on the chain, and what this node tells the meters of them: every member
// of a meter's committee repeats the last COMMAND to the meter until it expires. The public state
// holds the commands, so nothing is remembered here. Pure; owned by CommitteeMember.
#pragma once

#include "core/model/block.h"
#include "edge-node/effects/publisher.h"

namespace fairfeed {

class StandingCommands {
  public:
    // `signer` outlives this object.
    StandingCommands(NodeId self, const Signer& signer);

    // What the block changes: its COMMANDs, and all of a cluster with another committee. The turn's
    // state is that after the block.
    void on_commit(const Block& block, const Turn& turn) const;
    void tell_all(const Turn& turn) const;

  private:
    void tell(const MeterId& meter, const Turn& turn) const;

    NodeId self_;
    const Signer& signer_;
    Publisher publisher_;
};

}  // namespace fairfeed
