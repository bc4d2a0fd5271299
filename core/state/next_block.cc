#include "core/state/next_block.h"

#include <utility>

#include "core/wire/chain_codec.h"

namespace fairfeed {

Block next_block(const ChainState& state, const NodeId& proposer,
                 std::vector<Transaction> transactions,
                 const std::optional<QuorumCertificate>& parent_certificate, std::int64_t time_ms) {
    Block block;
    block.transactions = std::move(transactions);
    block.parent_certificate = parent_certificate;
    BlockHeader& header = block.header;
    header.network = state.network;
    header.height = state.height + 1;
    header.time_ms = time_ms;
    header.parent = state.tip;
    header.proposer = proposer;
    header.epoch = state.validator_epoch;
    header.validators = state.validators_hash;
    header.transactions_root = transactions_root(block);
    header.transaction_count = static_cast<std::uint32_t>(block.transactions.size());
    header.app_hash = app_hash(state);
    header.parent_certificate = certificate_hash(parent_certificate);
    return block;
}

}  // namespace fairfeed
