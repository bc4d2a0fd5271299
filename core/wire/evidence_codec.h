// Bytes of EVIDENCE (protocol 4): [offence, first, second], two signed envelopes, the one with the
// smaller id first. The pair has no signature of its own, because the culprit signed both. Its id
// covers network, offence and the two ids, but no signature, so it stays the same if the messages
// are signed again. Two signatures under one id are no offence: ECDSA is randomised.
#pragma once

#include <string_view>

#include "core/base/result.h"
#include "core/crypto/signing.h"
#include "core/model/evidence.h"
#include "core/model/reject.h"
#include "core/model/transaction.h"

namespace fairfeed {

// Upper bound of both messages with their frame. Of a batch only the signed head stands here.
constexpr std::size_t kMaxEvidenceBytes = 4096;

[[nodiscard]] std::string_view to_string(Offence offence);

// Takes the pair in either order. no_offence: the messages do not contradict each other (other
// signers, other slots, one id); oversized; otherwise the fault of a message's decoder. Signatures
// are not verified.
[[nodiscard]] Result<Transaction, Reject> make_evidence(Offence offence, ByteView one,
                                                        ByteView other, const Digest& network);
// Makes the same checks, and requires the canonical bytes.
[[nodiscard]] Result<Transaction, Reject> decode_evidence(ByteView envelope, const Digest& network);
// Verifies both messages under the culprit's key.
[[nodiscard]] Result<void, Reject> verify_evidence(const Evidence& evidence, const Digest& network,
                                                   const VerifyKey& culprit);

}  // namespace fairfeed
