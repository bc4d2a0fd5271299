// What PROPOSAL, PREVOTE, PRECOMMIT, POLKA and COMMIT say to this node, once everything that is
// signed in them was checked. A message of a height that this node has not reached is only a claim:
// its validators may be others than those of this node's state (R21). Pure functions; the
// ChainDriver acts on what they return.
#pragma once

#include <optional>

#include "core/state/execution.h"
#include "core/wire/topics.h"
#include "edge-node/consensus/messages.h"
#include "edge-node/consensus/replica.h"

namespace fairfeed {

struct Heard {
    // An error: nothing but `claimed` of the message counts.
    Result<void, Reject> verdict;
    std::optional<Height> claimed;             // the sender says that it has this block (R14)
    std::optional<QuorumCertificate> decided;  // of a height that this node has, unchecked (R24)
    std::optional<BlockOutline> outline;       // stands beside what was signed, unchecked
    std::optional<consensus::Event> event;     // for the replica
};

// channel: proposal, prevote, precommit, polka or commit. replica: one whose first height has
// begun, or nullptr, which makes proposals of the next height say nothing. Errors: those of the
// codecs; wrong_topic: another node signed the message, or the channel is for other messages;
// wrong_validators: the sender is no validator; wrong_proposer_turn; wrong_certificate: the
// certificate is not about the outline's block; those of verify_proposal, verify_vote and
// check_certificate.
[[nodiscard]] Heard hear_consensus(Channel channel, const NodeId& sender, ByteView message,
                                   const ChainState& state, const consensus::Replica* replica);

}  // namespace fairfeed
