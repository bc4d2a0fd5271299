// Bytes of committee messages, receipts, shares, status, requests and answers. Signed messages are
// COSE_Sign1 envelopes in the domain of their kind. The decoder returns the signer (kid) and the
// parts of the envelope, so that the caller can verify with that node's key.
#pragma once

#include "core/base/result.h"
#include "core/crypto/signing.h"
#include "core/model/message.h"
#include "core/model/reject.h"
#include "core/wire/cose.h"

namespace fairfeed {

// The content of a signed message and its unchecked signature: call verify() before use.
template <class T>
struct Signed {
    T content;
    NodeId signer;
    Signature signature;
    Bytes to_be_signed;

    [[nodiscard]] Result<void, Reject> verify(const VerifyKey& key) const {
        return cose::check_signature(to_be_signed, signature, key);
    }
};

[[nodiscard]] Bytes encode_receipt(const Receipt& receipt, const NodeId& node,
                                   const Digest& network, const Signer& signer);
[[nodiscard]] Result<Signed<Receipt>, Reject> decode_receipt(ByteView bytes, const Digest& network);
[[nodiscard]] Bytes encode_refusal(const Refusal& refusal, const NodeId& node,
                                   const Digest& network, const Signer& signer);
[[nodiscard]] Result<Signed<Refusal>, Reject> decode_refusal(ByteView bytes, const Digest& network);
[[nodiscard]] Bytes encode_share(const ShareStatement& share, const NodeId& node,
                                 const Digest& network, const Signer& signer);
[[nodiscard]] Result<Signed<ShareStatement>, Reject> decode_share(ByteView bytes,
                                                                  const Digest& network);
// To a meter, on command/<meter>: a command that stands on the chain.
[[nodiscard]] Bytes encode_command(const MeterCommand& command, const NodeId& node,
                                   const Digest& network, const Signer& signer);
[[nodiscard]] Result<Signed<MeterCommand>, Reject> decode_command(ByteView bytes,
                                                                  const Digest& network);
[[nodiscard]] Bytes encode_status(const NodeStatus& status, const NodeId& node,
                                  const Digest& network, const Signer& signer);
[[nodiscard]] Result<Signed<NodeStatus>, Reject> decode_status(ByteView bytes,
                                                               const Digest& network);
[[nodiscard]] Bytes encode_objection(const Objection& objection, const NodeId& node,
                                     const Digest& network, const Signer& signer);
[[nodiscard]] Result<Signed<Objection>, Reject> decode_objection(ByteView bytes,
                                                                 const Digest& network);
// The signature later stands as a witness in the settlement.
[[nodiscard]] Bytes encode_endorsement(const Endorsement& endorsement, const Witness& witness);
[[nodiscard]] Result<Signed<Endorsement>, Reject> decode_endorsement(ByteView bytes,
                                                                     const Digest& network);
[[nodiscard]] Bytes encode_request(const Request& request, const NodeId& node,
                                   const Digest& network, const Signer& signer);
[[nodiscard]] Result<Signed<Request>, Reject> decode_request(ByteView bytes, const Digest& network);

// Unsigned, because everything in an answer is signed itself.
[[nodiscard]] Bytes encode_answer(const Answer& answer);
[[nodiscard]] Result<Answer, Reject> decode_answer(ByteView bytes, const Digest& network);
[[nodiscard]] Bytes encode_bundle(const TransactionBundle& bundle);
[[nodiscard]] Result<TransactionBundle, Reject> decode_bundle(ByteView bytes,
                                                              const Digest& network);
// HAVE: ids of transactions that wait here for a block; a peer requests the bodies it lacks.
constexpr std::size_t kMaxAnnounced = 1000;
[[nodiscard]] Bytes encode_have(const std::vector<Digest>& ids);
[[nodiscard]] Result<std::vector<Digest>, Reject> decode_have(ByteView bytes);

}  // namespace fairfeed
