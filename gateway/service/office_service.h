// The running office without its sockets: the follower with DGMD's keys, and the ledger and read
// model that its blocks enter. It answers what the office knows: state, settlements, tables. The
// runtime hands it events and sends what it asks. One thread owns it; whoever serves others asks on
// that thread.
#pragma once

#include <memory>
#include <vector>

#include "core/ledger/snapshot_keeper.h"
#include "core/state/signature_checker.h"
#include "gateway/capacity/excess_desk.h"
#include "gateway/office/notice_plans.h"
#include "gateway/service/notice_outbox.h"
#include "gateway/service/office_copy.h"

namespace fairfeed {

class OfficeService {
  public:
    struct Setup {
        const LoadedGenesis& genesis;
        DgmdSigners signers;  // of requests, notices and snapshots
        AgreementKey agreement;
        std::vector<AgreementKey> others = {};  // of before or after a DGMD_KEYS
    };
    // Plays the ledger up to its tip, from the last snapshot unless the tables are made anew; a
    // damaged one is salvaged first.
    [[nodiscard]] static Result<std::unique_ptr<OfficeService>, OfficeFault> open(
        const GatewayConfig& config, const Setup& setup, TablesAtStart tables,
        const OfficeCopy::Progress& progress, std::int64_t real_ms);

    // Returns the requests to send. Every block that the event brought is durable by then. After a
    // fault the service ends: a write that failed is never tried again.
    [[nodiscard]] Result<std::vector<AskNode>, OfficeFault> step(const FollowerEvent& event,
                                                                 Instant now);
    // Steady time at which MomentPassed is wanted; nullopt: nothing is waited for.
    [[nodiscard]] std::optional<std::int64_t> next_deadline_ms() const;

    // To be published until the ledger has them.
    [[nodiscard]] std::vector<Transaction> owed_handovers(Instant now) {
        return follower_->owed_handovers(now);
    }

    // What it knows beside the public state of the tip: Snapshot::books.
    [[nodiscard]] Bytes books() const { return copy_.books(*follower_); }
    // Takes a snapshot of the tip, as step() does whenever one is due, unless an excess still waits
    // for its notice or draft. Written beside the caller.
    void take_snapshot();
    // Waits until the snapshot under way is on the disk.
    void finish() { snapshots_->finish(); }

    [[nodiscard]] const ChainState& state() const { return follower_->state(); }
    // The meters that need their next data key soon, by the time of the network.
    [[nodiscard]] std::vector<EndingKey> ending_keys(Instant now) const;
    [[nodiscard]] FollowerSummary summary() const { return follower_->summary(); }
    [[nodiscard]] const SnapshotReport& snapshots() const { return snapshots_->report(); }
    [[nodiscard]] const OfficeCopy& copy() const { return copy_; }

  private:
    static constexpr std::int64_t kDatabaseEveryMs = 5000;
    OfficeService(const GatewayConfig& config, const Setup& setup, OfficeCopy copy);
    void keep_snapshot();
    // Each new ground becomes a DEAUTHORISE by policy, which waits in the outbox, or a draft for
    // the officers. The work order of the same ground stays, so what cannot be written or signed is
    // told and holds nothing up.
    void deauthorise(Instant now);
    // false: it is not on the disk.
    [[nodiscard]] bool write_draft(const CapacityExceeded& excess, const Draft& draft);
    // A start from here on would miss no excess: none is open, and each draft is on the disk.
    [[nodiscard]] bool knows_all_again() const { return excesses_.open() == 0 && !lacks_draft_; }
    [[nodiscard]] static Result<std::unique_ptr<OfficeService>, OfficeFault> open_once(
        const GatewayConfig& config, const Setup& setup, TablesAtStart tables,
        const OfficeCopy::Progress& progress, std::int64_t real_ms);

    NodeId dgmd_;
    DgmdSigners signers_;
    std::filesystem::path drafts_;
    NoticeOutbox outbox_;
    ExcessDesk excesses_;
    bool lacks_draft_ = false;  // until the next start, which finds the ground again
    PlainSignatureChecker checker_;
    std::optional<Follower> follower_;  // from open_once() on
    OfficeCopy copy_;
    std::optional<SnapshotKeeper> snapshots_;  // likewise
    std::int64_t database_at_ms_ = 0;          // steady: when a failing database is tried again
};

}  // namespace fairfeed
