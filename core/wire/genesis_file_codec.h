// The genesis file: block 0 with its seal, from which every node and meter starts.
#pragma once

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/crypto/signing.h"
#include "core/model/block.h"
#include "core/model/reject.h"

namespace fairfeed {

// Decoding derives the network id from the GENESIS payload
// and checks both signatures of the genesis node, DGMD's on every other transaction, root and
// parent.
[[nodiscard]] Bytes encode_genesis(const GenesisBlock& genesis);
struct LoadedGenesis {
    Digest network;
    Genesis content;
    GenesisBlock block;
};
[[nodiscard]] Result<LoadedGenesis, Reject> decode_genesis(ByteView bytes);
[[nodiscard]] GenesisBlock make_genesis_block(const Block& block, const Digest& network,
                                              const NodeId& node, const Signer& signer);

}  // namespace fairfeed
