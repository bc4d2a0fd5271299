// Bytes of headers, certificates, blocks and the genesis file, and their ids.
#pragma once

#include <span>

#include "core/base/result.h"
#include "core/crypto/signing.h"
#include "core/model/block.h"
#include "core/model/message.h"
#include "core/model/reject.h"

namespace fairfeed {

[[nodiscard]] Bytes encode_header(const BlockHeader& header);
[[nodiscard]] Result<BlockHeader, Reject> decode_header(ByteView bytes);
[[nodiscard]] Digest block_id(const BlockHeader& header);

[[nodiscard]] Bytes encode_certificate(const QuorumCertificate& certificate);
[[nodiscard]] Result<QuorumCertificate, Reject> decode_certificate(ByteView bytes);
// SHA-256 of the encoding; zeros if there is no certificate.
[[nodiscard]] Digest certificate_hash(const std::optional<QuorumCertificate>& certificate);

[[nodiscard]] Bytes encode_outline(const BlockOutline& outline);
[[nodiscard]] Result<BlockOutline, Reject> decode_outline(ByteView bytes);
[[nodiscard]] BlockOutline outline_of(const Block& block);

[[nodiscard]] Bytes encode_block(const Block& block);
[[nodiscard]] Result<Block, Reject> decode_block(ByteView bytes, const Digest& network);
[[nodiscard]] Bytes encode_committed_block(const CommittedBlock& block);
[[nodiscard]] Result<CommittedBlock, Reject> decode_committed_block(ByteView bytes,
                                                                    const Digest& network);

// Merkle root of the transactions' ids, in order (paper A24, A58).
[[nodiscard]] Digest transactions_root(std::span<const Digest> ids);
[[nodiscard]] Digest transactions_root(const Block& block);
// SHA-256 of the canonical list of validators, in order.
[[nodiscard]] Digest validators_hash(std::span<const NodeId> validators);

}  // namespace fairfeed
