// Brings a new node to the tip of its ledger (core/ledger/ledger_start.h). Reads only.
#pragma once

#include <functional>
#include <memory>

#include "core/ledger/ledger_start.h"
#include "edge-node/node/node.h"
#include "edge-node/storage/storage.h"

namespace fairfeed {

struct NodeAtTip {
    std::unique_ptr<Node> node;
    ChainState state;
    StartReport report;
};

class NodeStart {
  public:
    using MakeNode = std::function<std::unique_ptr<Node>()>;
    // All outlive this object. `progress` is called after each block.
    NodeStart(Storage& storage, const LoadedGenesis& genesis, const SnapshotKeys& keys,
              MakeNode make, std::function<void()> progress)
        : storage_(storage),
          genesis_(genesis),
          keys_(keys),
          make_(std::move(make)),
          progress_(std::move(progress)) {}

    // Storage learns the ids of all blocks. The fault is that of a replay from genesis.
    [[nodiscard]] Result<NodeAtTip, ReplayFault> run(const SnapshotFiles& files);

  private:
    [[nodiscard]] Result<void, std::string> resume(Node& node, const Snapshot& snapshot);
    [[nodiscard]] Result<void, ReplayFault> follow(Node& node, const ReplayStep& step);

    Storage& storage_;
    const LoadedGenesis& genesis_;
    const SnapshotKeys& keys_;
    MakeNode make_;
    std::function<void()> progress_;
};

}  // namespace fairfeed
