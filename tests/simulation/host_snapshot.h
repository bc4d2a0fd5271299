// A machine's snapshots in a simulation, and the start from one beside the start from genesis: both
// must come to the same state and the same books. No files; single-threaded.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "edge-node/node/node.h"

namespace fairfeed::simulation {

class HostSnapshot {
  public:
    // Of the node between two events, whose ledger ends at its height.
    explicit HostSnapshot(const Node& node);

    [[nodiscard]] Height height() const { return height_; }
    // Whether the ledger has the snapshot's block, and one behind it.
    [[nodiscard]] bool is_of(const std::vector<CommittedBlock>& ledger) const;
    // Brings the new node to the ledger's tip. is_of(ledger). nullopt: the snapshot is not what the
    // ledger says, or a block cannot be executed.
    [[nodiscard]] std::optional<ChainState> start(Node& node, const LoadedGenesis& genesis,
                                                  const std::vector<CommittedBlock>& ledger) const;

  private:
    Height height_;
    Digest tip_;
    Bytes state_;
    Bytes books_;
};

}  // namespace fairfeed::simulation
