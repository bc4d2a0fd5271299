// Bytes of HANDOVER (protocol 4): a map, COSE_Sign1 with domain `handover`; kid is who hands over.
// It carries the key of every closing state of one settlement, sealed under a key made for this
// once, which is wrapped to each recipient. Only form and sizes here; who may, and whether what it
// opens is right, is core/accounts/handover.h.
#pragma once

#include <vector>

#include "core/base/result.h"
#include "core/crypto/signing.h"
#include "core/model/reject.h"
#include "core/model/transaction.h"

namespace fairfeed {

// A committee has at most four members, a cluster at most 900 meters.
constexpr std::size_t kMaxHandoverEntries = 4;
constexpr std::size_t kMaxHandoverBytes = 20'000;  // of the envelope

[[nodiscard]] Transaction make_handover(const Handover& handover, const NodeId& sender,
                                        const Digest& network, const Signer& signer);
// oversized, not_canonical (recipients not ascending), malformed; not the signature.
[[nodiscard]] Result<Transaction, Reject> decode_handover(ByteView envelope, const Digest& network);

// What the wrapped key is bound to, and what the seal is: place, sender and recipient.
[[nodiscard]] Bytes handover_context(const Digest& network, const Handover& handover,
                                     const NodeId& sender, const NodeId& recipient);
[[nodiscard]] Bytes handover_aad(const Handover& handover, const NodeId& sender);

// The keys of the closing states, in the order of the settlement's lines.
[[nodiscard]] Bytes encode_closing_keys(const std::vector<SymmetricKey>& keys);
[[nodiscard]] Result<std::vector<SymmetricKey>, Reject> decode_closing_keys(ByteView bytes);

}  // namespace fairfeed
