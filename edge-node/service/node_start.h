// Brings a new node to the tip of its ledger: from a snapshot and the blocks after it, or from
// genesis. A snapshot that is not right in every respect is not used, and the report says why.
// Reads only.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/ledger/replay.h"
#include "core/wire/snapshot_codec.h"
#include "edge-node/node/node.h"
#include "edge-node/storage/snapshot_files.h"
#include "edge-node/storage/storage.h"

namespace fairfeed {

// What a node needs to open its own snapshots.
struct SnapshotKeys {
    SnapshotOwner owner;
    VerifyKey signing;
    AgreementKey agreement;
};

struct StartReport {
    Height from = 0;                   // the block of the snapshot; 0: genesis, without a snapshot
    std::filesystem::path file;        // of the snapshot; empty: without
    std::uint64_t transactions = 0;    // in the blocks replayed after it
    std::vector<std::string> refused;  // snapshots, a sentence each: which file, and why
};

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
    [[nodiscard]] Result<NodeAtTip, std::string> from_snapshot(const std::filesystem::path& file);
    [[nodiscard]] Result<NodeAtTip, ReplayFault> from_genesis();
    [[nodiscard]] ReplayVisitor visitor(NodeAtTip& out);

    Storage& storage_;
    const LoadedGenesis& genesis_;
    const SnapshotKeys& keys_;
    MakeNode make_;
    std::function<void()> progress_;
};

}  // namespace fairfeed
