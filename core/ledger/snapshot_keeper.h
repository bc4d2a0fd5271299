// Keeps the snapshots of a running node or gateway: says when one is due, seals and writes it
// beside the loop, and promotes it once a later block has proven it. A failure is told and counted,
// and changes nothing for the owner. One thread calls it.
#pragma once

#include <future>
#include <optional>
#include <string>

#include "core/crypto/random.h"
#include "core/io/json.h"
#include "core/ledger/ledger_start.h"
#include "core/ledger/snapshot_files.h"
#include "core/ledger/snapshot_schedule.h"
#include "core/wire/snapshot_codec.h"

namespace fairfeed {

struct SnapshotReport {
    StartReport start;
    Height height = 0;          // of the newest snapshot that a block has proven; 0: none
    std::uint64_t written = 0;  // since the start
    std::uint64_t failed = 0;
    std::string fault;  // of the last one; empty: it was written
};
// As in the status files (docs/operations.md).
[[nodiscard]] Json to_json(const SnapshotReport& report);

class SnapshotKeeper {
  public:
    // `start`: how the owner started, at the tip of its ledger. `signer` outlives this object.
    SnapshotKeeper(SnapshotFiles files, SnapshotOwner owner, const Signer& signer,
                   const PublicKey& recipient, StartReport start);

    // After each block is durable.
    void on_block(std::size_t transactions) { schedule_.on_block(transactions); }
    // A snapshot of the tip is wanted now: take() may follow, before the next block.
    [[nodiscard]] bool is_due(std::size_t meters) const {
        return !unproven_ && schedule_.is_due(meters);
    }
    void take(Snapshot snapshot);
    // Looks after the snapshot under way, from time to time. `tip`: the height of the ledger.
    void look(Height tip);
    // Waits until the snapshot under way is on the disk.
    void finish();

    [[nodiscard]] const SnapshotReport& report() const { return report_; }

  private:
    void settle(const Result<void, IoError>& written);

    SnapshotFiles files_;
    SnapshotOwner owner_;
    const Signer& signer_;
    PublicKey recipient_;
    SnapshotSchedule schedule_;
    std::optional<Height> unproven_;              // of the snapshot under way
    std::future<Result<void, IoError>> writing_;  // valid while it is written
    SnapshotReport report_;
};

}  // namespace fairfeed
