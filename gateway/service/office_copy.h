// The gateway's own ledger with the read model beside it, both behind one lock: what the utility
// keeps of the chain. A block is durable in the ledger before its rows enter the read model, in the
// same order; a crash between the two loses nothing, because rows are made again from the ledger. A
// database that fails holds rows back, and the ledger goes on from there later. One thread.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/io/file_lock.h"
#include "core/ledger/ledger.h"
#include "core/ledger/ledger_start.h"
#include "gateway/config/gateway_config.h"
#include "gateway/follower/follower.h"
#include "gateway/readmodel/read_model.h"
#include "gateway/records/records_follower.h"

namespace fairfeed {

// Why the service cannot start or go on, for a person.
struct OfficeFault {
    std::string reason;
    bool mistake = false;  // in the configuration or its files: a restart would not help
    bool damage = false;   // the ledger is not what was written: OfficeCopy::salvage
};

enum class TablesAtStart : std::uint8_t {
    as_they_are,
    anew,  // dropped, and made again from the ledger: `gateway rebuild`
};

class OfficeCopy {
  public:
    // Makes what is missing. A damaged ledger is set aside, and its sound part taken over.
    [[nodiscard]] static Result<OfficeCopy, OfficeFault> open(const GatewayConfig& config,
                                                              const LoadedGenesis& genesis,
                                                              TablesAtStart tables,
                                                              std::int64_t real_ms);

    // Sets a damaged ledger aside, while no copy is open, and takes its sound part over. What
    // happened, for a person.
    [[nodiscard]] static Result<std::string, OfficeFault> salvage(const GatewayConfig& config,
                                                                  const LoadedGenesis& genesis,
                                                                  const std::string& reason,
                                                                  std::int64_t real_ms);
    // Called after each block, with its height and that of the tip.
    using Progress = std::function<void(Height, Height)>;
    struct Replay {
        const LoadedGenesis& genesis;
        // Gives a follower that has followed nothing; the one before goes.
        std::function<Follower&()> anew;
        std::optional<SnapshotKeys> keys;  // nullopt: no snapshot serves, everything is recomputed
        Progress progress;
    };
    // Plays the ledger to a follower, from a snapshot or from genesis, and folds the blocks that
    // the read model lacks. A snapshot that goes beyond the databases does not serve.
    [[nodiscard]] Result<ChainAtTip, OfficeFault> play(const Replay& replay);
    // Snapshot::books at the tip, of a copy that is not stalled.
    [[nodiscard]] Bytes books(const Follower& follower) const;
    [[nodiscard]] SnapshotFiles snapshots() const { return SnapshotFiles(directory_); }
    // The next block: in the ledger on return, and in the read model unless the database fails.
    [[nodiscard]] Result<void, OfficeFault> append(const AppendBlock& block, std::int64_t real_ms);

    // Rows wait for a database that fails. The caller appends nothing more meanwhile.
    [[nodiscard]] bool is_stalled() const { return !waiting_.empty() || records_.is_stalled(); }
    [[nodiscard]] const std::string& database_fault() const {
        return database_fault_.empty() ? records_.fault() : database_fault_;
    }
    // Opens the databases again, and adds what waits.
    void try_database();

    // Grounds to deauthorise meters that blocks have shown and that are not drafted yet, since the
    // last call. Once their drafts are on the disk, note_drafted().
    [[nodiscard]] std::vector<CapacityExceeded> take_grounds() {
        return std::exchange(grounds_, {});
    }
    void note_drafted(Height height) { records_.note_drafted(height); }

    [[nodiscard]] const Ledger& ledger() const { return ledger_; }
    [[nodiscard]] const ReadModel& read_model() const { return model_; }
    // What was repaired at the opening, a sentence each.
    [[nodiscard]] const std::vector<std::string>& mishaps() const { return mishaps_; }
    void note(std::string mishap) { mishaps_.push_back(std::move(mishap)); }

  private:
    struct BlockRows {
        Height height = 0;
        std::vector<OfficeRow> rows;
    };
    OfficeCopy(const GatewayConfig& config, Digest network, FileLock lock, Ledger ledger,
               ReadModel model, RecordsFollower records);
    [[nodiscard]] Result<void, std::string> resume(Follower& follower, const Snapshot& snapshot);
    [[nodiscard]] Result<void, ReplayFault> follow(Follower& follower, const ReplayStep& step);
    [[nodiscard]] Result<void, std::string> fold(
        const ReplayStep& step, const std::vector<RecomputedSettlement>& settlements,
        const std::vector<ReplayFault>& faults);

    FileLock lock_;                    // first: released last
    std::filesystem::path directory_;  // of the ledger and its snapshots
    Ledger ledger_;
    DatabasePlace database_;
    Digest network_;
    ReadModel model_;
    RecordsFollower records_;  // what blocks say of applications, and work orders
    std::vector<CapacityExceeded> grounds_;
    Height next_ = 0;  // the first block whose rows are neither in the model nor waiting
    std::deque<BlockRows> waiting_;
    std::string database_fault_;  // of the last try; empty: none
    std::vector<std::string> mishaps_;
};

}  // namespace fairfeed
