// Bytes of proposals, votes and certified outlines (protocol 6). Votes and proposals are COSE_Sign1
// by their validator. A certificate keeps only node and signature of each vote; the rest of an
// envelope follows from the content and the kid.
#pragma once

#include "core/base/result.h"
#include "core/crypto/signing.h"
#include "core/model/certificate.h"
#include "core/model/message.h"
#include "core/model/reject.h"

namespace fairfeed {

[[nodiscard]] Bytes vote_to_be_signed(const VoteContent& vote, const NodeId& validator,
                                      const Digest& network);
[[nodiscard]] Bytes proposal_to_be_signed(const ProposalContent& proposal, const NodeId& proposer,
                                          const Digest& network);

[[nodiscard]] Bytes encode_vote(const Vote& vote);
[[nodiscard]] Result<Vote, Reject> decode_vote(ByteView bytes);
[[nodiscard]] Result<void, Reject> verify_vote(const Vote& vote, const Digest& network,
                                               const VerifyKey& key);

// The envelope of the content alone, as the proposer signed it.
[[nodiscard]] Bytes encode_signed_proposal(const Proposal& proposal);
[[nodiscard]] Result<Proposal, Reject> decode_signed_proposal(ByteView envelope);
// [envelope of the content, outline]; decoding checks that the outline's id is the content's block.
struct ProposalMessage {
    Proposal proposal;
    BlockOutline outline;
    bool operator==(const ProposalMessage&) const = default;
};
[[nodiscard]] Bytes encode_proposal(const ProposalMessage& message);
[[nodiscard]] Result<ProposalMessage, Reject> decode_proposal(ByteView bytes);
[[nodiscard]] Result<void, Reject> verify_proposal(const Proposal& proposal, const Digest& network,
                                                   const VerifyKey& key);

// POLKA and COMMIT: unsigned, because every part is signed itself.
[[nodiscard]] Bytes encode_certified_outline(const CertifiedOutline& message);
[[nodiscard]] Result<CertifiedOutline, Reject> decode_certified_outline(ByteView bytes);

}  // namespace fairfeed
