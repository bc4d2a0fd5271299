// A node as member of committees: takes readings in and receipts them, certifies windows with its
// fellow members, and tells meters their shares once a block has settled them (committee rules 1,
// 2, 4, 8-10, 12, 13). Pure: everything it wants done is an effect. Owned by Node; one thread.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "core/accounts/invariants.h"
#include "core/accounts/keyholder_accounts.h"
#include "edge-node/committee/batch_round.h"
#include "edge-node/effects/open_requests.h"
#include "edge-node/effects/publisher.h"
#include "edge-node/effects/turn.h"
#include "edge-node/intake/reading_rules.h"

namespace fairfeed {

struct LateSpan;

// A certified window on its way to the chain: its readings, then its settlement.
using CertifiedWindow = std::vector<Transaction>;

class CommitteeMember {
  public:
    struct Setup {
        NodeId self;
        const Signer& signer;  // outlives this object
        RandomSource random;
        AgreementKey agreement;  // opens what is granted to this node
    };
    explicit CommitteeMember(Setup setup);
    CommitteeMember(const CommitteeMember&) = delete;
    CommitteeMember& operator=(const CommitteeMember&) = delete;

    // The ledger's blocks in order, genesis first: brings accounts and shares up to the tip.
    // What a committee certified wrongly, with more liars than it tolerates, is an alarm, now as
    // when the block came: the chain has it.
    void replay(const ReplayStep& step);
    // From the inbox, before a restart; after the replay, and readings last: of two of one slot
    // the promised one is held.
    void restore_batch(const Transaction& batch, const ChainState& state);
    void restore_endorsement(const Endorsement& endorsement, const Signature& signature,
                             const Transaction& batch, const ChainState& state);
    void restore_reading(ByteView envelope, const ChainState& state);

    // After an inbox was lost: a reading that could be read from what is left of it, judged anew;
    // and all windows that have ended by now, in which this member then neither proposes nor
    // endorses. The others settle them. A committee of fewer than four cannot do without it, and
    // there is nobody in it whom its silence could protect.
    void restore_salvaged(ByteView envelope, const Turn& turn);
    void doubt_windows(const Turn& turn);
    void restore_doubts(std::map<ClusterId, Window> doubts) { doubts_ = std::move(doubts); }

    // Reject::duplicate is receipted again, if it may be receipted yet; other reasons are told to
    // the meter, but only once its signature was found valid.
    [[nodiscard]] Result<void, Reject> on_reading(const intake::Arrival& arrival, const Turn& turn);
    [[nodiscard]] Result<void, Reject> on_batch(const NodeId& sender, const Transaction& batch,
                                                const Turn& turn);
    [[nodiscard]] Result<void, Reject> on_endorsement(const Signed<Endorsement>& endorsement,
                                                      const Turn& turn);
    [[nodiscard]] Result<void, Reject> on_objection(const NodeId& objector,
                                                    const Objection& objection, const Turn& turn);
    // Readings a fellow member sends because we asked it for them.
    [[nodiscard]] Result<void, Reject> on_readings(const NodeId& sender, ReadingsAnswer answer,
                                                   const Turn& turn);
    // Only to members of the readings' own cluster. Errors: check_wanted_ids.
    [[nodiscard]] Result<ReadingsAnswer, Reject> readings(const NodeId& asker,
                                                          const ReadingsRequest& request,
                                                          const ChainState& state) const;

    void on_commit(const CommittedBlock& committed, const ChainState& before, const Turn& turn);
    void on_time(const Turn& turn);
    // Meters can reach this node, or cannot: its own broker's connection.
    void on_broker(bool connected, Instant now);
    // Retained shares, after the own broker came back.
    void rebroadcast_standing(const Turn& turn) const;

    // A meter's alarm, whether or not this node is of its committee. Receipted once the chain has
    // it (then Reject::already_committed): until then the meter says it again, so a node need not
    // remember it. Success: it may wait for a block.
    [[nodiscard]] Result<void, Reject> on_event(const Transaction& event, const Turn& turn);
    // HANDOVERs that this node owes newcomers of its clusters (handover.h) and that are in no
    // block, once after every block, to be submitted to the chain and said to all.
    [[nodiscard]] std::vector<Transaction> take_handovers(const ChainState& state);
    // Evidence found since the last call, to be submitted to the chain and said to all.
    [[nodiscard]] std::vector<Result<Transaction, Reject>> take_evidence();
    // Windows certified since the last call, to be submitted to the chain and said to all.
    [[nodiscard]] std::vector<CertifiedWindow> take_certified();

    [[nodiscard]] std::optional<std::int64_t> next_deadline_ms(
        const ChainState& state, Instant now, std::optional<Height> endorses_from) const;
    [[nodiscard]] std::size_t readings_held() const { return ids_.size(); }
    [[nodiscard]] std::size_t batches_held() const;
    [[nodiscard]] std::uint64_t readings_accepted() const { return accepted_; }
    [[nodiscard]] const std::map<std::string, std::uint64_t>& objections() const {
        return objections_;
    }
    [[nodiscard]] const InvariantMonitor& invariants() const { return invariants_; }
    // Why the meter's last reading was refused, if one was since three windows before the next one
    // and none was taken after it: it is no silent meter.
    [[nodiscard]] std::optional<Reject> refused_lately(const MeterId& meter,
                                                       const ChainState& state) const;
    // Meters whose lines are marked as generating more than is certified, and in how many windows
    // since their certificate; of the clusters whose keys are held.
    [[nodiscard]] std::map<MeterId, std::uint32_t> over_certified() const;
    // What must never happen and did, for people; empty in a healthy network.
    [[nodiscard]] const std::vector<std::string>& alarms() const { return alarms_; }

  private:
    struct Refusing {
        Reject reason;
        Window heard = 0;  // the window that was next then
    };
    // The first state on which this node was a member for the window to settle next.
    struct Opening {
        Window window = 0;
        Height at = 0;
    };
    void note_openings(const ChainState& state);
    [[nodiscard]] Height opened_at(const ClusterId& cluster) const;
    [[nodiscard]] const ClusterAccounts& accounts_of(const ClusterId& cluster) const;
    [[nodiscard]] bool is_member(const NodeId& node, const ClusterId& cluster, Window window,
                                 const ChainState& state) const;
    [[nodiscard]] bool is_in_doubt(const ClusterId& cluster, const ChainState& state) const;
    [[nodiscard]] bool takes_part(const ClusterId& cluster, const ChainState& state,
                                  std::optional<Height> endorses_from) const;
    committee::BatchRound* round(const ClusterId& cluster, const Turn& turn);
    // The cluster's readings: of the next window, of later ones, of a day before, and older ones
    // that may still be settled late.
    [[nodiscard]] const HeldReadings& held(const ClusterId& cluster) const;
    [[nodiscard]] committee::View view(const ClusterId& cluster, const ChainState& state,
                                       Instant now) const;
    [[nodiscard]] intake::Context context(const ChainState& state, Instant now) const;
    [[nodiscard]] intake::Context pulling_context(const ChainState& state, Instant now) const;
    [[nodiscard]] bool is_settled(const ClusterId& cluster, Window window,
                                  const ChainState& state) const;
    [[nodiscard]] const OpenedReading* held_of(const ReadingHeader& header, Window window) const;
    [[nodiscard]] const SignedReading* rival(const SignedReading& reading) const;
    [[nodiscard]] Result<OpenedReading, intake::Refused> compared(
        Result<OpenedReading, intake::Refused> judged, const ChainState& state);
    void compare(const SignedReading& reading, const ChainState& state);
    void compare(const Transaction& batch, const ChainState& state);
    void receipt_event(const MeterAlarm& alarm, const Digest& id, const Turn& turn);
    [[nodiscard]] bool is_promised(const SignedReading& reading) const;
    void keep(OpenedReading opened);
    void accept(OpenedReading opened, const Turn& turn);
    void receipt(const SignedReading& reading, const Turn& turn);
    void refuse(const SignedReading& reading, Reject reason, const Turn& turn);
    void advance(const ClusterId& cluster, const Turn& turn);
    void perform(const std::vector<committee::Effect>& effects, const ClusterId& cluster,
                 const Turn& turn);
    void certify(const Transaction& settlement, const ClusterId& cluster);
    void raise_alarm(const ReplayFault& fault);
    void raise_alarm(std::string words);
    void take_over(const ReplayStep& step);
    [[nodiscard]] std::vector<RecomputedSettlement> follow(const ReplayStep& step);
    void keep_shares(const std::vector<RecomputedSettlement>& settlements, const ChainState& state);
    void publish_share(const ShareStatement& share, const Turn& turn) const;
    void keep_committed(const RecomputedSettlement& settlement);
    [[nodiscard]] bool is_needed(const ReadingSlot& slot, Window settled, const LateSpan& span,
                                 const ChainState& state) const;
    void drop_old(const ClusterId& cluster, Window settled, const ChainState& state);
    void forget(const ReadingSlot& slot, const SignedReading& reading);
    void forget(const Settlement& settlement, const Turn& turn);

    NodeId self_;
    const Signer& signer_;
    Publisher publisher_;
    RandomSource random_;
    KeyholderAccounts accounts_;
    InvariantMonitor invariants_;
    std::map<ClusterId, ClusterAccounts> unopened_;  // of clusters that have not settled yet
    std::map<ClusterId, committee::BatchRound> rounds_;
    std::map<ClusterId, Window> doubts_;
    std::map<ClusterId, Opening> openings_;
    std::map<ClusterId, HeldReadings> readings_;
    std::map<ReadingSlot, Digest> ids_;  // also of windows already settled, for a day
    std::map<Digest, ReadingSlot> slots_;
    std::map<std::pair<MeterId, std::uint64_t>, Window> sequences_;  // of those held
    std::map<ReadingSlot, Window> listed_by_;  // on the chain, by the settlement of which window
    std::map<ClusterId, std::vector<ReadingSlot>> dropped_;  // of which the inbox does not know yet
    std::set<ReadingSlot> twofold_;                          // of which the disk has two readings
    std::map<MeterId, ShareStatement> shares_;               // the latest of each
    std::map<MeterId, Refusing> refused_;  // meters of whose readings the last was refused
    std::int64_t heard_from_ms_ = committee::kDeaf;
    OpenRequests readings_asked_;
    bool may_owe_handovers_ = true;  // the chain has moved since it was asked
    std::vector<CertifiedWindow> certified_;
    std::vector<Result<Transaction, Reject>> evidence_;
    std::map<std::string, std::uint64_t> objections_;
    std::vector<std::string> alarms_;
    std::uint64_t accepted_ = 0;
    std::function<const ClusterAccounts&(const ClusterId&)> accounts_of_;
};

}  // namespace fairfeed
