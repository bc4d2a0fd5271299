// Bytes of transactions. On the wire and on disk a transaction is [kind, envelope, endorsements];
// DGMD's kinds are COSE_Sign1 with domain `transaction` and payload [kind, body]; GENESIS is signed
// with an all-zero network id; READING and EVENT are the meter's own envelopes; SETTLEMENT is the
// proposer's BATCH envelope (domain `batch`); EVIDENCE is a pair of envelopes (evidence_codec.h);
// HANDOVER has its own domain (handover_codec.h).
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

// DGMD's kinds (meter, node, committee, key_grant, capacity, tariff); CHECKs the content is one.
[[nodiscard]] Transaction make_dgmd_transaction(const TransactionContent& content,
                                                const NodeId& dgmd, const Digest& network,
                                                const Signer& signer);
[[nodiscard]] Transaction make_genesis(const Genesis& genesis, const Signer& genesis_node);
[[nodiscard]] Digest network_id(const Genesis& genesis);
[[nodiscard]] Transaction make_reading_transaction(const SignedReading& reading);
// The BATCH: a settlement signed by its proposer, without endorsements yet.
[[nodiscard]] Transaction make_batch(const Settlement& settlement, const Digest& network,
                                     const Signer& proposer);
// The signature of the envelope itself, of EVIDENCE both: `key` is the signer's. Endorsements are
// not checked here.
[[nodiscard]] Result<void, Reject> verify_transaction(const Transaction& transaction,
                                                      const Digest& network, const VerifyKey& key);

[[nodiscard]] Bytes endorsement_to_be_signed(const Endorsement& endorsement, const NodeId& member,
                                             const Digest& network);

// Lines of a settlement: AAD binds meter, epoch, salt, cluster, window and version. The closing
// state is no part of a line's own bytes; it stands sealed beside it.
[[nodiscard]] Bytes encode_settlement_line(const SettlementLine& line);
[[nodiscard]] Result<SettlementLine, Reject> decode_settlement_line(ByteView bytes);
[[nodiscard]] SymmetricKey line_key(const Settlement& settlement, const SealedLine& line,
                                    const SymmetricKey& data_key);
// Bytes that these have in a closing state, without the head of their list.
[[nodiscard]] std::size_t encoded_size(const ShareInForce& share);
[[nodiscard]] std::size_t encoded_size(const std::vector<RegisterGap>& gaps);
// `settlement` needs cluster, window, version and proposer only.
[[nodiscard]] SealedLine seal_line(const Settlement& settlement, const SettlementLine& line,
                                   KeyEpoch epoch, const Salt& salt, const SymmetricKey& data_key);
[[nodiscard]] Bytes encode_closing(const MeterClosing& closing);
[[nodiscard]] Result<MeterClosing, Reject> decode_closing(ByteView bytes);
// Opens the closing state and nothing else; nothing leads from it to the line's key.
[[nodiscard]] SymmetricKey closing_key(const Settlement& settlement, const SealedLine& line,
                                       const SymmetricKey& line_key);
[[nodiscard]] Result<MeterClosing, Reject> open_closing(const Settlement& settlement,
                                                        const SealedLine& line,
                                                        const SymmetricKey& closing_key);
// With its closing state. `message_key`: line_key. wrong_lines: the two disagree.
[[nodiscard]] Result<SettlementLine, Reject> open_line(const Settlement& settlement,
                                                       const SealedLine& line,
                                                       const SymmetricKey& message_key);
// What a key grant's wraps are bound to.
[[nodiscard]] Bytes key_grant_context(const Digest& network, const MeterId& meter, KeyEpoch epoch,
                                      const NodeId& recipient);

}  // namespace fairfeed
