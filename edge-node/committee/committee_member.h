// A node as member of committees: takes readings in and receipts them, certifies windows with its
// fellow members, and tells meters their shares once a block has settled them (committee rules 1,
// 2, 4, 8-10, 12, 13). The parts do the work; this class says in which order a message, a block and
// the time reach them. Pure: everything that this class wants done is an effect. Owned by Node.
#pragma once

#include <optional>
#include <vector>

#include "core/accounts/invariants.h"
#include "core/wire/cbor.h"
#include "edge-node/committee/findings.h"
#include "edge-node/committee/member_windows.h"
#include "edge-node/committee/meter_alarms.h"
#include "edge-node/committee/owed_handovers.h"
#include "edge-node/committee/reading_intake.h"
#include "edge-node/committee/standing_commands.h"
#include "edge-node/committee/standing_shares.h"
#include "edge-node/effects/open_requests.h"
#include "edge-node/effects/publisher.h"
#include "edge-node/effects/recovered_state.h"
#include "edge-node/effects/turn.h"

namespace fairfeed {

// A certified window on its way to the chain: its readings, then its settlement.
using CertifiedWindow = std::vector<Transaction>;

class CommitteeMember {
  public:
    struct Setup {
        NodeId self;
        const Signer& signer;  // outlives this object
        RandomSource random;
        AgreementKey agreement;        // opens what is granted to this node
        SignatureChecker& signatures;  // outlives this object
    };
    explicit CommitteeMember(Setup setup);
    CommitteeMember(const CommitteeMember&) = delete;
    CommitteeMember& operator=(const CommitteeMember&) = delete;

    // The ledger's blocks in order, genesis first: brings accounts and shares up to the tip. What
    // a committee certified wrongly, with more liars than it tolerates, is an alarm in every life
    // of the node, because the chain has it.
    void replay(const ReplayStep& step);
    // What replay() has learned, for a snapshot: accounts, shares, invariants, alarms, and which
    // readings of blocks this member holds. books_codec.h.
    void write_books(cbor::Writer& out) const;
    // In place of the replay of the blocks up to those of the books. False, and nothing changed:
    // these are no books of this version, or a reading that they name cannot be had.
    [[nodiscard]] bool read_books(cbor::Reader& in, const ReadingsOnChain& readings);
    // What the disk gives back, after the replay. After an inbox was lost the readings are left to
    // salvage().
    void restore(const RecoveredState& recovered, const ChainState& state);
    // After an inbox was lost: a reading that was read from what is left of the inbox.
    void salvage(ByteView envelope, const Turn& turn);
    // After an inbox was lost: this member neither proposes nor endorses in the windows that have
    // ended by now. Its fellow members settle them (SigningRight).
    void doubt_windows(const Turn& turn);

    [[nodiscard]] Result<void, Reject> on_reading(const intake::Arrival& arrival, const Turn& turn);
    [[nodiscard]] Result<void, Reject> on_batch(const NodeId& sender, const Transaction& batch,
                                                const Turn& turn);
    [[nodiscard]] Result<void, Reject> on_endorsement(const Signed<Endorsement>& endorsement,
                                                      const Turn& turn);
    [[nodiscard]] Result<void, Reject> on_objection(const NodeId& objector,
                                                    const Objection& objection, const Turn& turn);
    // Readings a fellow member sends because this member asked for them.
    [[nodiscard]] Result<void, Reject> on_readings(const NodeId& sender, ReadingsAnswer answer,
                                                   const Turn& turn);
    // A meter's alarm, whether or not this node is of its committee (MeterAlarms::judge).
    [[nodiscard]] Result<void, Reject> on_event(const Transaction& event, const Turn& turn) const;

    // The turn's state is that after the block.
    void on_commit(const CommittedBlock& committed, const ChainState& before, const Turn& turn);
    void on_time(const Turn& turn);
    // Meters can reach this node, or cannot: its own broker's connection.
    void on_broker(bool connected, Instant now);
    // Retained shares and commands, after the own broker came back.
    void rebroadcast_standing(const Turn& turn) const;

    // HANDOVERs to be submitted to the chain and said to all, once after every block.
    [[nodiscard]] std::vector<Transaction> take_handovers(const ChainState& state);
    // Evidence found since the last call, to be submitted to the chain and said to all.
    [[nodiscard]] std::vector<Result<Transaction, Reject>> take_evidence();
    // Windows certified since the last call, to be submitted to the chain and said to all.
    [[nodiscard]] std::vector<CertifiedWindow> take_certified();

    // Steady time; nullopt: none. `endorses_from`: Turn::endorses_from.
    [[nodiscard]] std::optional<std::int64_t> next_deadline_ms(
        const ChainState& state, Instant now, std::optional<Height> endorses_from) const;

    // The parts, to be looked at.
    [[nodiscard]] const ReadingIntake& intake() const { return intake_; }
    [[nodiscard]] const MemberWindows& windows() const { return windows_; }
    [[nodiscard]] const Findings& findings() const { return findings_; }
    [[nodiscard]] const InvariantMonitor& invariants() const { return invariants_; }

  private:
    [[nodiscard]] std::vector<RecomputedSettlement> follow(const ReplayStep& step);
    void take_over(Height height);
    void advance(const ClusterId& cluster, const Turn& turn);
    void perform(const MemberWindows::RoundEffects& effects, const ClusterId& cluster,
                 const Turn& turn);
    [[nodiscard]] CertifiedWindow with_readings(const Transaction& settlement) const;

    NodeId self_;
    const Signer& signer_;
    Publisher publisher_;
    MemberWindows windows_;
    ReadingIntake intake_;
    StandingShares shares_;
    StandingCommands commands_;
    MeterAlarms meter_alarms_;
    OwedHandovers handovers_;
    Findings findings_;
    InvariantMonitor invariants_;
    OpenRequests readings_asked_;
    std::vector<CertifiedWindow> certified_;
};

}  // namespace fairfeed
