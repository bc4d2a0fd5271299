// Bytes of transactions. On the wire and on disk a transaction is [kind, envelope, endorsements].
// DGMD's notices are COSE_Sign1 with domain `transaction` and payload [kind, valid until, body],
// signed by who drafted them; their approvals stand beside them (office_codec.h). GENESIS is signed
// with an all-zero network id. READING and EVENT are the meter's own envelopes; SETTLEMENT is the
// proposer's BATCH: a head with domain `batch`, and rows (settlement_codec.h); EVIDENCE is a pair
// of envelopes (evidence_codec.h); HANDOVER has its own domain (handover_codec.h).
#pragma once

#include "core/base/result.h"
#include "core/crypto/sealing.h"
#include "core/crypto/signing.h"
#include "core/model/reject.h"
#include "core/model/transaction.h"

namespace fairfeed {

[[nodiscard]] Bytes encode_transaction(const Transaction& transaction);
// Checks form, sizes and kinds and fills id, signer and content; verifies no signature.
[[nodiscard]] Result<Transaction, Reject> decode_transaction(ByteView bytes, const Digest& network);

// A SETTLEMENT with one meter's row, and perhaps the row of one late reading behind it: the same
// form with fewer rows. Checks form and kind; whether the rows are the head's only their Merkle
// paths can show. `content` has what the rows say.
[[nodiscard]] Result<Transaction, Reject> decode_excerpt(ByteView bytes, const Digest& network);

// A notice without approvals yet; CHECKs that the content is of DGMD's kinds. `drafter`: DGMD, or
// an officer. `valid_until`: the last window in which a block may take the notice in; 0 in block 0.
[[nodiscard]] Transaction make_notice(const TransactionContent& content, Window valid_until,
                                      const NodeId& drafter, const Digest& network,
                                      const Signer& signer);
[[nodiscard]] Transaction make_genesis(const Genesis& genesis, const Signer& genesis_node);
[[nodiscard]] Digest network_id(const Genesis& genesis);
[[nodiscard]] Transaction make_reading_transaction(const SignedReading& reading);
// The BATCH: a settlement signed by its proposer, without endorsements yet.
[[nodiscard]] Transaction make_batch(const Settlement& settlement, const Digest& network,
                                     const Signer& proposer);
// What the signer signed: of a SETTLEMENT its head, else the envelope. A view into the transaction.
// EVIDENCE contradicts a batch by its signed head alone.
[[nodiscard]] ByteView signed_envelope(const Transaction& transaction);
// Checks the signature of the envelope itself; for EVIDENCE, both signatures. `key` is the
// signer's. Endorsements are not checked here.
[[nodiscard]] Result<void, Reject> verify_transaction(const Transaction& transaction,
                                                      const Digest& network, const VerifyKey& key);

[[nodiscard]] Bytes endorsement_to_be_signed(const Endorsement& endorsement, const NodeId& member,
                                             const Digest& network);

// The context to which a key grant's wraps are bound.
[[nodiscard]] Bytes key_grant_context(const Digest& network, const MeterId& meter, KeyEpoch epoch,
                                      const NodeId& recipient);

}  // namespace fairfeed
