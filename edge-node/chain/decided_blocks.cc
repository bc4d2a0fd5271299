#include "edge-node/chain/decided_blocks.h"

#include "core/state/execution.h"
#include "core/wire/chain_codec.h"

namespace fairfeed {
namespace {

constexpr std::size_t kDecidedKept = 64;

}  // namespace

void DecidedBlocks::remember(Height height, const Digest& block, std::vector<NodeId> validators) {
    by_height_[height] = Decided{block, std::move(validators)};
    if (by_height_.size() > kDecidedKept) by_height_.erase(by_height_.begin());
}

Result<std::optional<consensus::Halt>, Reject> DecidedBlocks::compare(
    const QuorumCertificate& certificate, const ChainState& state) const {
    const std::optional<consensus::Halt> no_contradiction;
    const VoteContent& content = certificate.content;
    const auto known = by_height_.find(content.height);
    if (content.type != VoteType::precommit || known == by_height_.end()) return no_contradiction;
    if (content.block == known->second.block || content.height == 0) return no_contradiction;
    if (auto ok = check_certificate(state, known->second.validators, certificate); !ok) {
        return unexpected(ok.error());
    }
    return std::optional(consensus::Halt{consensus::HaltReason::diverged, content.height,
                                         known->second.block, content.block.value_or(Digest{})});
}

consensus::Halt divergence(const BlockHeader& theirs, const ChainState& state) {
    consensus::Halt halt{consensus::HaltReason::diverged, theirs.height, {}, block_id(theirs)};
    if (theirs.app_hash != app_hash(state)) {
        halt.ours = app_hash(state);
        halt.theirs = theirs.app_hash;
    } else if (theirs.parent != state.tip) {
        halt.ours = state.tip;
        halt.theirs = theirs.parent;
    }
    return halt;
}

}  // namespace fairfeed
