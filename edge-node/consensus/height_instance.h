// One consensus instance: Tendermint (arXiv:1807.04938, Algorithm 1) at one height, with the rules
// R1-R11, R13, R16 and R20 of docs/chain-rules.md. It starts with its height and is dropped when
// the next height starts. `height`, `round`, `step` and `lock` are the paper's h, round, step,
// locked and valid. It knows blocks by id alone. Pure; owned by Replica.
#pragma once

#include <cstdint>
#include <optional>

#include "core/base/ids.h"
#include "core/base/units.h"
#include "core/model/certificate.h"
#include "edge-node/consensus/block_lock.h"
#include "edge-node/consensus/block_verdicts.h"
#include "edge-node/consensus/messages.h"
#include "edge-node/consensus/proposal_set.h"
#include "edge-node/consensus/rebroadcast.h"
#include "edge-node/consensus/round_timers.h"
#include "edge-node/consensus/signatory.h"
#include "edge-node/consensus/snapshot.h"
#include "edge-node/consensus/vote_set.h"

namespace fairfeed::consensus {

// What one step of a replica works with: the moment, the validator's signing, and the effects so
// far, in the order in which they are performed.
struct Turn {
    Instant now;
    Signatory& signatory;
    Effects effects;
};

class HeightInstance {
  public:
    HeightInstance(const NodeId& self, const Timers& timers, std::int64_t share_notice_ms,
                   const HeightStarts& start);

    // After a restart: takes up the record of this height and sends the own statements again.
    void resume(const SafetyRecord& record, Turn& turn);
    // What others say. Each is dropped unless it belongs to this height, and after the decision.
    // The caller has checked that a vote is another validator's.
    void hear(const Proposal& proposal, Turn& turn);
    void hear(const Vote& vote, Turn& turn);
    void hear(const QuorumCertificate& certificate, Turn& turn);
    void judged(const BlockJudged& event);
    void built(const BlockBuilt& event, Turn& turn);
    void wake() { timers_.wake(); }  // R16
    // Evaluates the rules to their fixpoint, then sends again what is due (R13).
    void advance(Turn& turn);

    [[nodiscard]] Height height() const { return height_; }
    // What the validators, this one among them, have said at this height.
    [[nodiscard]] const VoteSet& votes() const { return votes_; }
    [[nodiscard]] const ProposalSet& proposals() const { return proposals_; }
    // All but halt, silence and may_sign, which the caller knows.
    [[nodiscard]] Snapshot snapshot() const;
    [[nodiscard]] std::optional<std::int64_t> next_deadline_ms() const;  // R16; steady

  private:
    enum class OwnProposal : std::uint8_t { none, requested, made };  // in this round

    // Each says whether it changed anything. They are evaluated in this order, from the top again
    // after a change, until none of them changes anything.
    [[nodiscard]] bool decide(Turn& turn);            // R1
    [[nodiscard]] bool skip_round();                  // R2
    [[nodiscard]] bool propose(Turn& turn);           // R3
    [[nodiscard]] bool prevote_proposal(Turn& turn);  // R4, R5
    [[nodiscard]] bool lock(Turn& turn);              // R7
    [[nodiscard]] bool late_polka(Turn& turn);        // R8
    [[nodiscard]] bool precommit_nil(Turn& turn);     // R9
    void arm_timers(Instant now);                     // R6, R10, R11
    [[nodiscard]] bool fire_timers(Turn& turn);       // R6, R10, R11

    void start_round(Round round);
    void send_proposal(const ProposalContent& content, Turn& turn);
    void vote(VoteType type, const std::optional<Digest>& block, Turn& turn);
    void record(Turn& turn);  // R12: the safety record of this moment
    void send_again(Turn& turn) const;
    void mark_valid(const Digest& block, Round round);
    [[nodiscard]] bool may_sign(const Turn& turn) const;
    // The verdict on a block that matters. Asks for it once if there is none.
    [[nodiscard]] std::optional<Verdict> verdict(const Digest& block, Turn& turn);

    NodeId self_;
    std::int64_t share_notice_ms_;  // real time (R20)
    Height height_;
    ParentTime parent_;
    Round round_ = 0;
    Step step_ = Step::propose;
    BlockLock lock_;
    VoteSet votes_;
    ProposalSet proposals_;
    BlockVerdicts blocks_;
    RoundTimers timers_;
    Rebroadcast rebroadcast_;
    OwnProposal own_proposal_ = OwnProposal::none;
    bool decided_ = false;
};

}  // namespace fairfeed::consensus
