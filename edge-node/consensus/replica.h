// One validator of the chain: Tendermint (arXiv:1807.04938, Algorithm 1) with the rules R1-R13,
// R15-R18 and R20 of docs/chain-rules.md, as a pure function of events and time. Value-blind: it
// agrees on a block's id and knows no reading. No I/O, no clock, no thread; the node owns it and
// performs its effects in order. Names follow the paper: locked is (lockedValue, lockedRound),
// valid is (validValue, validRound).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "core/base/units.h"
#include "core/crypto/signing.h"
#include "core/model/network.h"
#include "edge-node/consensus/future_buffer.h"
#include "edge-node/consensus/messages.h"
#include "edge-node/consensus/safety_record.h"
#include "edge-node/consensus/sign_guard.h"
#include "edge-node/consensus/vote_set.h"

namespace fairfeed::consensus {

struct ReplicaConfig {
    NodeId self;
    Digest network;
    Timers timers;
    std::int64_t share_notice_ms = 0;  // real time (R20)
};

// Where the replica stands, for the status display; means nothing to the protocol.
struct Snapshot {
    Height height = 0;  // being decided; 0 before the first HeightStarts
    Round round = 0;
    Step step = Step::propose;
    std::optional<Marked> locked;
    std::optional<Marked> valid;
    bool awake = false;    // R16: timers run
    bool decided = false;  // waiting for the ledger
    std::size_t validators = 0;
    std::size_t prevotes = 0;  // validators that voted in this round
    std::size_t precommits = 0;
    NodeId proposer;  // of this round; none before the first HeightStarts
    std::optional<Halt> halt;
    std::optional<Silence> silence;  // also one that is over
    bool may_sign = false;           // is a validator, neither halted nor silent at this height
    bool operator==(const Snapshot&) const = default;
};

class Replica {
  public:
    // The signer must outlive the replica. A self that is no validator follows and never signs.
    Replica(ReplicaConfig config, const Signer& signer);

    // The record of the safety slot, before the first HeightStarts; empty: nothing was ever signed.
    // Takes effect when its height starts; a ledger that is ahead makes it history, one that is
    // behind keeps the replica silent until it has caught up. Errors: those of
    // decode_safety_record, wrong_network.
    [[nodiscard]] Result<void, Reject> restore(ByteView record);

    // Evaluates the rules to their fixpoint. At most one PersistSafety, before everything sent.
    [[nodiscard]] Effects step(const Event& event, Instant now);

    // Steady time at which TimePassed is wanted; nullopt: nothing to wait for (R16).
    [[nodiscard]] std::optional<std::int64_t> next_deadline_ms() const;
    [[nodiscard]] Snapshot snapshot() const;
    // Of messages kept for heights to come; bounded (A2).
    [[nodiscard]] std::size_t buffered_bytes() const { return future_.bytes(); }
    [[nodiscard]] const std::optional<Halt>& halt() const { return halt_; }
    [[nodiscard]] const std::optional<Silence>& silence() const { return silence_; }
    // The newest statements of a validator about the height being decided or the next ones, for
    // ATTEST (R22): at most one of each kind and place.
    [[nodiscard]] Statements statements_of(const NodeId& validator) const;
    // Whose turn it is at the height being decided; the height must have started.
    [[nodiscard]] const NodeId& proposer(Round round) const;

  private:
    struct Verdict {
        bool valid = false;
        std::optional<std::int64_t> time_ms;  // nullopt: our own block
    };

    void on(const ProposalSeen& event);
    void on(const VoteSeen& event);
    void on(const CertificateSeen& event);
    void on(const BlockJudged& event);
    void on(const BlockBuilt& event);
    void on(const WorkExists& event);
    void on(const TimePassed& event);
    void on(const HeightStarts& event);
    void on(const RecordMistrusted& event);
    void on(const Trusted& event);
    void on(const MistrustForgiven& event);
    void on(const OwnVoteShown& event);
    void on(const OwnProposalShown& event);
    void on(const Halted& event);

    // Each says whether it changed anything; evaluated in this order until none does.
    [[nodiscard]] bool decide();            // R1
    [[nodiscard]] bool skip_round();        // R2
    [[nodiscard]] bool propose();           // R3
    [[nodiscard]] bool prevote_proposal();  // R4, R5
    [[nodiscard]] bool lock();              // R7
    [[nodiscard]] bool late_polka();        // R8
    [[nodiscard]] bool precommit_nil();     // R9
    void arm_timers();                      // R6, R10, R11, R16
    [[nodiscard]] bool fire_timers();       // R6, R10, R11
    void run_rules();

    void start_round(Round round);
    // After a restart in this height.
    void resume(const SafetyRecord& record);
    void adopt_polka(const SafetyRecord& record);
    void send_proposal(const ProposalContent& content);
    void vote(VoteType type, const std::optional<Digest>& block);
    [[nodiscard]] std::optional<bool> opinion(const ProposalContent& proposal);
    void mark_valid(const Digest& block, Round round);
    void send_polka();
    void rebroadcast();
    void resend_statements();
    void schedule_rebroadcast();
    void remember();  // the safety record of this moment, to be persisted before the step's sends
    void remember_standing();  // the last record, with what is known of halt and silence
    void remember_adopted();   // a record of nothing but statements
    void write(SafetyRecord record);
    [[nodiscard]] bool may_sign() const;
    // R23: may statements of ours turn up at this height that we do not remember?
    [[nodiscard]] bool expects_own(Height height) const;
    void doubt_own(Height height);
    void look_for_own(const QuorumCertificate& certificate);
    [[nodiscard]] SafetyRecord::Polka pack(const QuorumCertificate& certificate) const;
    // The verdict on a block that matters; asks for it once if there is none.
    [[nodiscard]] std::optional<Verdict> verdict(const Digest& block);
    // R20; nullopt: the others have to say.
    [[nodiscard]] std::optional<bool> timely(const Digest& block, const Verdict& verdict) const;
    void wake() { awake_ = true; }
    void report(const std::vector<VoteSet::Conflict>& conflicts);
    void report_one(const std::optional<VoteSet::Conflict>& conflict);
    // Is a message of the height being decided, which wakes us (R16)?
    [[nodiscard]] bool is_for_now(Height height);
    [[nodiscard]] bool is_from_another(const NodeId& sender) const;  // validator
    [[nodiscard]] std::int64_t propose_timeout_ms() const;
    [[nodiscard]] std::int64_t vote_timeout_ms() const;

    ReplicaConfig config_;
    SignGuard guard_;
    std::optional<SafetyRecord> restored_;
    SafetyRecord last_record_;  // written, or restored
    std::optional<Halt> halt_;
    std::optional<Silence> silence_;
    bool forgiving_ =
        false;  // MistrustForgiven was said: what is shown before the start is adopted
    FutureBuffer future_;

    // of the height
    Height height_ = 0;
    std::vector<NodeId> validators_;
    ParentTime parent_;
    Round round_ = 0;
    Step step_ = Step::propose;
    std::optional<Marked> locked_;
    std::optional<Marked> valid_;
    std::optional<QuorumCertificate> polka_;  // of valid_
    VoteSet votes_;
    std::map<Round, std::vector<Proposal>> proposals_;
    std::map<Digest, Verdict> verdicts_;
    std::set<Digest> asked_;  // JudgeBlock was said since its outline last came
    std::set<Digest> contradicted_;
    bool awake_ = false;
    bool decided_ = false;

    // of the round; steady milliseconds
    bool requested_ = false;  // RequestBlock was said
    bool proposed_ = false;   // our turn was used
    std::optional<std::int64_t> propose_deadline_;
    std::optional<std::int64_t> prevote_deadline_;
    std::optional<std::int64_t> precommit_deadline_;
    std::optional<std::int64_t> rebroadcast_deadline_;
    std::uint32_t rebroadcasts_ = 0;  // since the last new signature

    // of the step being taken
    Instant now_;
    Effects effects_;
    std::optional<Bytes> record_;
};

}  // namespace fairfeed::consensus
