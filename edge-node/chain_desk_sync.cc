// Catching up (R14): whom to ask for blocks, and what their answers change.
#include <algorithm>

#include "core/wire/chain_codec.h"
#include "core/wire/message_codec.h"
#include "edge-node/chain_desk.h"

namespace fairfeed {
namespace {

constexpr std::uint32_t kBlocksPerRequest = 16;

}  // namespace

Result<void, Reject> ChainDesk::on_blocks(const NodeId& sender, const BlocksAnswer& answer,
                                          Instant now, Effects& out) {
    now_ = now;
    const Height before = state_.height;
    for (const CommittedBlock& committed : answer.blocks) {
        const BlockHeader& header = committed.block.header;
        if (header.height != state_.height + 1) continue;
        const VoteContent& content = committed.certificate.content;
        if (content.type != VoteType::precommit || content.height != header.height ||
            content.block != block_id(header)) {
            return unexpected(Reject::wrong_certificate);
        }
        if (auto ok = check_certificate(state_, committed.certificate); !ok) return ok;
        ChainState after = state_;
        if (auto ok = execute_block(after, committed.block, signatures_); !ok) {
            return unexpected(ok.error().reason);
        }
        commit({committed.block, std::move(after)}, committed.certificate, out);
    }
    if (behind_ && state_.height > before) {
        *behind_ = {sender, behind_->height, now_.steady_ms, 0};  // it has them: go on with it
    }
    ask_for_blocks(out);
    return {};
}

NodeId ChainDesk::validator_after(const NodeId& node) const {
    const auto& all = state_.validators;
    const auto found = std::find(all.begin(), all.end(), node);
    auto next = static_cast<std::size_t>(found - all.begin()) + 1;
    if (next >= all.size()) next = 0;
    if (all[next] == self_) next = (next + 1) % all.size();
    return all[next];
}

// R14: a claim without a certificate changes nothing but whom we ask.
void ChainDesk::notice_height(const NodeId& peer, Height height, Effects& out) {
    if (height <= state_.height) return;
    const std::int64_t patience_ms = state_.genesis.parameters.timers.rebroadcast_ms;
    if (!behind_) {
        const bool far = height > state_.height + 1;
        behind_ = Behind{peer, height, now_.steady_ms + (far ? 0 : patience_ms), 0};
    } else if (height > behind_->height) {
        behind_->peer = peer;
        behind_->height = height;
    }
    ask_for_blocks(out);
}

void ChainDesk::ask_for_blocks(Effects& out) {
    if (!behind_ || now_.steady_ms < behind_->ask_at_ms) return;
    if (behind_->height <= state_.height || behind_->asked > state_.validators.size()) {
        behind_.reset();  // there, or nobody had it: who claims more will claim it again
        return;
    }
    ++behind_->asked;
    const BlocksRequest request{state_.height + 1, kBlocksPerRequest};
    say(Channel::request, behind_->peer.str(),
        encode_request(request, self_, state_.network, signer_), out);
    behind_->ask_at_ms = now_.steady_ms + state_.genesis.parameters.timers.propose_ms;
    behind_->peer = validator_after(behind_->peer);
}

}  // namespace fairfeed
