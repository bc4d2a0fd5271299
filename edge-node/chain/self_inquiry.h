// Whether this node may sign, as far as that depends on what it may have forgotten (R22, R23). At
// its start, and as long as its safety record is in doubt, a node asks the other validators which
// of its signatures they have seen and how far their chains are (ATTEST). The first height begins
// when enough validators have answered or a bounded time is over. The replica decides what to sign;
// this class returns the events that the replica needs for it. Pure; owned by ChainDriver.
#pragma once

#include <optional>
#include <set>
#include <vector>

#include "core/crypto/signing.h"
#include "edge-node/consensus/inquiry.h"
#include "edge-node/consensus/replica.h"
#include "edge-node/effects/publisher.h"
#include "edge-node/effects/recovered_state.h"

namespace fairfeed {

class SelfInquiry {
  public:
    // trust: what the safety record of this start is worth. The signer outlives this object.
    SelfInquiry(NodeId self, const Signer& signer, SafetyTrust trust);

    // Before the first question: what the replica must know about its safety record.
    [[nodiscard]] std::optional<consensus::Event> first_doubt() const;
    void begin(const ChainState& state, Instant now);
    // This node waits for answers before its first height.
    [[nodiscard]] bool is_starting() const { return starting_; }
    // Enough is known for the first height, or the time is over: from now on the node is not
    // starting any more. Also false when the node was not starting before this call.
    [[nodiscard]] bool ends_start(const ChainState& state, Instant now);
    // This node has nothing to remember and no record: it must write one that says so, because from
    // then on a missing record is a lost one. Also of a node that only follows the chain.
    [[nodiscard]] bool lacks_record(const consensus::Replica& replica) const;

    // Asks all other validators again, if a question is due: at the start, and while the replica is
    // silent without knowing until when.
    void ask_if_due(const consensus::Replica& replica, const Turn& turn);
    // Says the question of the start again: the broker may have forgotten the first one.
    void ask_again(const consensus::Replica& replica, const Turn& turn);
    // What the answer shows of this node's own signatures. nullopt: it answers an earlier question
    // and does not count. Errors: wrong_validators: the sender is no validator; duplicate: the
    // sender has answered; wrong_topic: another node signed a statement in it; those of verify_vote
    // and verify_proposal.
    [[nodiscard]] Result<std::optional<std::vector<consensus::Event>>, Reject> shown(
        const NodeId& sender, const AttestAnswer& answer, const ChainState& state);
    // The sender's answer counts: its chain had this height.
    void count(const NodeId& sender, Height height);
    // Other validators that have answered since the start.
    [[nodiscard]] std::size_t answers() const { return inquiry_.answers(); }

    // R23: enough of the others are not ahead of this node, so that the replica can know until when
    // it must be silent.
    [[nodiscard]] std::optional<consensus::Event> limits_silence(const consensus::Replica& replica,
                                                                 const ChainState& state) const;
    // R23: another node has proved that there is a chain. A starting node without any memory may
    // have been part of that chain, on a disk that is gone.
    [[nodiscard]] std::optional<consensus::Event> doubts_memory() const;
    // A decided block names this node for votes. If the node does not remember a vote, its disk is
    // an older one.
    [[nodiscard]] std::vector<consensus::Event> own_votes(
        const QuorumCertificate& certificate) const;
    // R23, R24: the node may endorse and build batches of the windows that were opened to it at
    // this height or later. nullopt: of no window.
    [[nodiscard]] std::optional<Height> endorses_from(const consensus::Replica& replica,
                                                      const ChainState& state) const;

    // Steady time at which ends_start and ask_if_due should be called again. now: of the last turn.
    [[nodiscard]] std::optional<std::int64_t> next_deadline_ms(const consensus::Replica& replica,
                                                               const ChainState& state,
                                                               Instant now) const;

  private:
    [[nodiscard]] bool is_asking(const consensus::Replica& replica, const ChainState& state) const;
    [[nodiscard]] bool is_kept_from_starting(const ChainState& state, Instant now) const;
    void ask(const Turn& turn);
    // The validators beside this node.
    [[nodiscard]] std::vector<NodeId> others(const ChainState& state) const;
    [[nodiscard]] Result<void, Reject> check_own(const AttestAnswer& answer,
                                                 const ChainState& state,
                                                 const VerifyKey& own) const;

    NodeId self_;
    const Signer& signer_;
    Publisher publisher_;
    SafetyTrust trust_;
    bool starting_ = true;
    consensus::Inquiry inquiry_;
    Bytes question_;
    Digest question_id_;
    std::set<NodeId> unanswered_;  // asked, without an answer since
};

// The answer to another validator's question: which of its statements this node has seen, of the
// height it is deciding or later. question: SHA-256 of the request as it came.
[[nodiscard]] AttestAnswer attest(const consensus::Replica& replica, Height tip,
                                  const NodeId& asker, const AttestRequest& request,
                                  const Digest& question);

}  // namespace fairfeed
