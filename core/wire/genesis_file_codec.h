// The genesis file: block 0 with its seal. Every node and meter starts from it.
#pragma once

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/crypto/signing.h"
#include "core/model/block.h"
#include "core/model/reject.h"

namespace fairfeed {

// Decoding derives the network id from the GENESIS payload. It checks both signatures of the
// genesis node, DGMD's signature on every other transaction, the root, the parent, and the
// approvals of the officers, who approve block 0 as a whole. `threads`, at least 1, share the work
// of the signatures: a network of 10 000 meters has 30 000 of them.
[[nodiscard]] Bytes encode_genesis(const GenesisBlock& genesis);
struct LoadedGenesis {
    Digest network;
    Genesis content;
    GenesisBlock block;
};
[[nodiscard]] Result<LoadedGenesis, Reject> decode_genesis(ByteView bytes, std::size_t threads = 1);
// Signed by the genesis node, and approved by nobody yet: office_codec.h, approve(block id).
[[nodiscard]] GenesisBlock make_genesis_block(const Block& block, const Digest& network,
                                              const NodeId& node, const Signer& signer);

}  // namespace fairfeed
