// Bytes of HANDOVER (protocol 4): a map, COSE_Sign1 with domain `handover`; kid is the sender. A
// HANDOVER carries the key of every closing state of one settlement, sealed under a fresh key,
// which is wrapped to each recipient. This codec checks form and sizes; core/accounts/handover.h
// checks the sender and the content.
#pragma once

#include <vector>

#include "core/base/result.h"
#include "core/crypto/signing.h"
#include "core/model/reject.h"
#include "core/model/transaction.h"

namespace fairfeed {

// A committee has at most four members.
constexpr std::size_t kMaxHandoverEntries = 4;
constexpr std::size_t kMaxHandoverBytes = 200'000;  // of the envelope: 17 for each of 10 000 meters

[[nodiscard]] Transaction make_handover(const Handover& handover, const NodeId& sender,
                                        const Digest& network, const Signer& signer);
// oversized, not_canonical (recipients not ascending), malformed; not the signature.
[[nodiscard]] Result<Transaction, Reject> decode_handover(ByteView envelope, const Digest& network);

// The context to which the wrapped key and the seal are bound: place, sender and recipient.
[[nodiscard]] Bytes handover_context(const Digest& network, const Handover& handover,
                                     const NodeId& sender, const NodeId& recipient);
[[nodiscard]] Bytes handover_aad(const Handover& handover, const NodeId& sender);

// The keys of the closing states, in the order of the settlement's lines.
[[nodiscard]] Bytes encode_closing_keys(const std::vector<SymmetricKey>& keys);
[[nodiscard]] Result<std::vector<SymmetricKey>, Reject> decode_closing_keys(ByteView bytes);

}  // namespace fairfeed
