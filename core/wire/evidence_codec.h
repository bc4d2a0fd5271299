// Bytes of EVIDENCE (protocol 4): [offence, first, second], two signed envelopes, the one with the
// smaller id first. Nobody signs the pair: the culprit signed both. Its id covers network, offence
// and the two ids, never a signature, so however often the culprit's messages are signed again, the
// evidence is the same. Two signatures under one id are no offence: ECDSA is randomised.
#pragma once

#include <string_view>

#include "core/base/result.h"
#include "core/crypto/signing.h"
#include "core/model/evidence.h"
#include "core/model/reject.h"
#include "core/model/transaction.h"

namespace fairfeed {

// Both messages of a pair together with their frame. Two batches of 900 meters stay below it.
constexpr std::size_t kMaxEvidenceBytes = 1'000'000;

[[nodiscard]] std::string_view to_string(Offence offence);

// The pair in either order. no_offence: it does not contradict itself (other signers, other slots,
// one id); oversized; otherwise what its decoder says of a message. Signatures are not verified.
[[nodiscard]] Result<Transaction, Reject> make_evidence(Offence offence, ByteView one,
                                                        ByteView other, const Digest& network);
// The same checks, and that the bytes are the only ones that say so.
[[nodiscard]] Result<Transaction, Reject> decode_evidence(ByteView envelope, const Digest& network);
// Both messages under the culprit's key.
[[nodiscard]] Result<void, Reject> verify_evidence(const Evidence& evidence, const Digest& network,
                                                   const VerifyKey& culprit);

}  // namespace fairfeed
