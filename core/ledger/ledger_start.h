// Brings whoever follows a chain to the tip of its own ledger: from a snapshot and the blocks after
// it, or from genesis. A snapshot that is not right in every respect is not used; the log and the
// report say which, and why. Reads only.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/ledger/replay.h"
#include "core/ledger/snapshot_files.h"
#include "core/wire/snapshot_codec.h"

namespace fairfeed {

// What the owner of snapshots needs to open them.
struct SnapshotKeys {
    SnapshotOwner owner;
    VerifyKey signing;
    AgreementKey agreement;
};

struct StartReport {
    Height from = 0;                   // the block of the snapshot; 0: genesis, without a snapshot
    std::filesystem::path file;        // of the snapshot; empty: without
    std::uint64_t blocks = 0;          // that were replayed after it
    std::uint64_t transactions = 0;    // in these
    std::vector<std::string> refused;  // snapshots, a sentence each: which file, and why
};

// Who is brought to the tip.
struct ChainBooks {
    // Begins with nothing, as before genesis. Called before each try.
    std::function<void()> begin;
    // Takes over what a snapshot knows, in place of the blocks up to its height. Error: why not.
    std::function<Result<void, std::string>(const Snapshot&)> resume;
    // A block, in order; genesis first, where there is no snapshot.
    ReplayVisitor follow;
};

struct ChainAtTip {
    ChainState state;
    StartReport report;
};

// The ledger's signatures were verified when its blocks were written. The fault is that of a replay
// from genesis.
[[nodiscard]] Result<ChainAtTip, ReplayFault> start_at_tip(const Ledger& ledger,
                                                           const LoadedGenesis& genesis,
                                                           const SnapshotKeys& keys,
                                                           const SnapshotFiles& files,
                                                           const ChainBooks& books);
// The same without any snapshot.
[[nodiscard]] Result<ChainAtTip, ReplayFault> start_from_genesis(const Ledger& ledger,
                                                                 const LoadedGenesis& genesis,
                                                                 const ChainBooks& books);

}  // namespace fairfeed
