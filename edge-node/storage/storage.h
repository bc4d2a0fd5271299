// The disk of a node: ledger, inbox and safety record behind one interface. It writes a turn's
// durable effects in their order with as few syncs as that order allows. It never returns damaged
// blocks; files that cannot be mended are set aside when the node starts. One thread. Any error of
// write() is final: the caller ends the process, or opens everything anew.
#pragma once

#include <optional>

#include "core/io/file_lock.h"
#include "core/io/slot_file.h"
#include "core/ledger/ledger.h"
#include "core/wire/genesis_file_codec.h"
#include "edge-node/effects/effects.h"
#include "edge-node/effects/recovered_state.h"
#include "edge-node/storage/data_directory.h"
#include "edge-node/storage/inbox.h"
#include "edge-node/storage/mending.h"
#include "edge-node/storage/scrub.h"

namespace fairfeed {

class Storage {
  public:
    // Errors name the remedy. If another process has the directory, nothing was touched. Damage is
    // no error: see mishaps(). `genesis` outlives the storage.
    [[nodiscard]] static Result<Storage, IoError> open(const DataDirectory& config,
                                                       const LoadedGenesis& genesis);
    // Sets a closed ledger aside and puts its sound blocks in its place. Returns what happened, for
    // a person.
    [[nodiscard]] static Result<std::string, IoError> rebuild_ledger(const DataDirectory& config,
                                                                     const LoadedGenesis& genesis,
                                                                     std::string_view reason);

    // On return everything in `turn` that must be durable is on the disk.
    [[nodiscard]] Result<void, IoError> write(const Effects& turn, std::int64_t real_ms);
    // Reads the inbox and the safety record.
    [[nodiscard]] Result<RecoveredState, IoError> recall(const Digest& network);
    // Blocks for a peer: as many as fit one answer, up to the first damaged one.
    [[nodiscard]] Result<BlocksAnswer, IoError> blocks(const BlocksRequest& request);
    [[nodiscard]] const Ledger& ledger() const { return ledger_; }

    // Adds the certified id of the next block, genesis first, during the replay at the start. Later
    // commits add their ids themselves.
    void learn(const Digest& id);
    // The same for all blocks up to a snapshot's, from the ledger's index. False, and nothing is
    // learned: the index cannot be read, or its ids are not those that Snapshot::ids covers.
    [[nodiscard]] bool learn_up_to(Height height, const Digest& expected);
    void unlearn();  // everything
    // Of the ids learned and committed so far: Snapshot::ids.
    [[nodiscard]] const Digest& ids() const { return ids_; }
    // Damaged blocks found since the last call, by checking the blocks that are due and by
    // blocks().
    [[nodiscard]] Result<std::vector<DamagedBlock>, IoError> scrub(Instant now);
    [[nodiscard]] const Digest& id(Height height) const { return chain_.at(height); }
    // Whether a MendBlock effect waits for verification, because the ledger alone does not prove
    // its block. mend_on() verifies a few blocks at a time, and writes the valid ones.
    [[nodiscard]] bool is_mending() const { return !mending_.is_idle(); }
    [[nodiscard]] Result<void, IoError> mend_on(std::int64_t real_ms);
    // Heights that MendBlock effects restored since the last call.
    [[nodiscard]] std::vector<Height> take_mended() { return std::exchange(mended_, {}); }
    // What open() set aside, for a person.
    [[nodiscard]] const std::vector<std::string>& mishaps() const { return mishaps_; }
    [[nodiscard]] const Scrub& scrubbed() const { return scrub_; }

  private:
    Storage(const DataDirectory& config, const LoadedGenesis& genesis, FileLock lock, Ledger ledger,
            Inbox inbox, SlotFile safety);
    [[nodiscard]] Result<void, IoError> mend(const CommittedBlock& offered, std::int64_t real_ms);
    [[nodiscard]] Result<void, IoError> write_mended(const CommittedBlock& block,
                                                     std::int64_t real_ms);
    void add_salvaged(RecoveredState& recovered, const Digest& network);
    [[nodiscard]] Result<void, IoError> into_inbox(const Effect& effect, std::int64_t real_ms);
    [[nodiscard]] Result<void, IoError> begin_inbox();
    [[nodiscard]] Result<void, IoError> flush_inbox();

    FileLock lock_;  // first: released last
    Ledger ledger_;
    Inbox inbox_;
    SlotFile safety_;
    SafetyTrust trust_ = SafetyTrust::sound;
    bool inbox_open_ = false;
    Scrub scrub_;
    std::vector<Digest> chain_;  // certified ids, genesis first; empty before the replay
    Digest ids_;                 // of chain_, folded
    std::vector<DamagedBlock> found_;
    std::vector<Height> mended_;
    Mending mending_;
    std::vector<std::string> mishaps_;
    InboxContents salvaged_;  // from an inbox that was set aside
};

}  // namespace fairfeed
