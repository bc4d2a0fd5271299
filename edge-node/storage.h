// The disk of a node: ledger, inbox and safety record behind one door, which writes a turn's
// durable effects in their order with as few syncs as that order allows. One thread. Any error is
// final: the caller ends the process.
#pragma once

#include <optional>

#include "core/io/slot_file.h"
#include "core/ledger/ledger.h"
#include "edge-node/effects.h"
#include "edge-node/intake/inbox.h"
#include "edge-node/node.h"
#include "edge-node/node_config.h"

namespace fairfeed {

class Storage {
  public:
    [[nodiscard]] static Result<Storage, IoError> open(const NodeConfig& config,
                                                       const LoadedGenesis& genesis);

    // Everything in `turn` that must be on the disk is there when this returns.
    [[nodiscard]] Result<void, IoError> write(const Effects& turn, std::int64_t real_ms);
    // What the inbox and the safety record remember.
    [[nodiscard]] Result<Memory, IoError> recall(const Digest& network);
    // Blocks for a peer, as many as fit one answer.
    [[nodiscard]] Result<BlocksAnswer, IoError> blocks(const BlocksRequest& request) const;
    [[nodiscard]] const Ledger& ledger() const { return ledger_; }

  private:
    Storage(Ledger ledger, intake::Inbox inbox, SlotFile safety)
        : ledger_(std::move(ledger)), inbox_(std::move(inbox)), safety_(std::move(safety)) {}
    [[nodiscard]] Result<void, IoError> into_inbox(const Effect& effect, std::int64_t real_ms);
    [[nodiscard]] Result<void, IoError> begin_inbox();
    [[nodiscard]] Result<void, IoError> flush_inbox();

    Ledger ledger_;
    intake::Inbox inbox_;
    SlotFile safety_;
    bool inbox_open_ = false;
};

}  // namespace fairfeed
