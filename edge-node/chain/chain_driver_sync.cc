// Catching up (R14): whom to ask for blocks, and what their answers change.
#include <algorithm>

#include "core/wire/chain_codec.h"
#include "core/wire/message_codec.h"
#include "edge-node/chain/chain_driver.h"

namespace fairfeed {
namespace {

constexpr std::uint32_t kBlocksPerRequest = 16;

// From there on, one after the other, and no more than that.
Result<void, Reject> check_asked(const BlocksAnswer& answer, Height from) {
    if (answer.blocks.empty() || answer.blocks.size() > kBlocksPerRequest) {
        return unexpected(Reject::unasked);
    }
    for (std::size_t i = 0; i < answer.blocks.size(); ++i) {
        if (answer.blocks[i].block.header.height != from + i) return unexpected(Reject::unasked);
    }
    return {};
}

}  // namespace

Result<void, Reject> ChainDriver::on_blocks(const NodeId& sender, const BlocksAnswer& answer,
                                            Instant now, Effects& out) {
    now_ = now;
    std::optional<Height> first;
    if (!answer.blocks.empty()) first = answer.blocks.front().block.header.height;
    const auto from = catch_up_.close(sender, first);
    if (!from) return unexpected(Reject::unasked);
    const Height before = state_.height;
    Result<void, Reject> result = check_asked(answer, *from);
    for (const CommittedBlock& committed : answer.blocks) {
        if (!result) break;
        const Height height = committed.block.header.height;
        if (height > state_.height + 1) continue;
        result = height <= state_.height ? compare_decided(committed.certificate, out)
                                         : import(committed, out);
    }
    if (result && state_.height > before) {
        catch_up_.on_progress(sender, now_);
    } else if (!result || catch_up_.has_asked(sender)) {
        catch_up_.on_failure(sender, now_);
    }
    ask_for_blocks(out);
    return result;
}

void ChainDriver::on_bad_answer(const NodeId& sender, Instant now, Effects& out) {
    now_ = now;
    if (!catch_up_.close(sender, std::nullopt)) return;
    catch_up_.on_failure(sender, now_);
    ask_for_blocks(out);
}

Result<void, Reject> ChainDriver::import(const CommittedBlock& committed, Effects& out) {
    const BlockHeader& header = committed.block.header;
    const VoteContent& content = committed.certificate.content;
    if (content.type != VoteType::precommit || content.height != header.height ||
        content.block != block_id(header)) {
        return unexpected(Reject::wrong_certificate);
    }
    if (auto ok = check_certificate(state_, committed.certificate); !ok) return ok;
    // The header is certified; what lies below it is only what the sender made of it.
    if (!is_of_its_header(outline_of(committed.block))) return unexpected(Reject::wrong_root);
    doubt_lost_memory(out);
    look_for_own(committed.certificate, out);
    ChainState after = state_;
    if (auto ok = execute_block(after, committed.block, signatures_); !ok) {
        if (!is_about_witnesses(ok.error())) diverge(header, out);
        return unexpected(ok.error().reason);
    }
    commit({committed.block, std::move(after)}, committed.certificate, out);
    return {};
}

NodeId ChainDriver::validator_after(const NodeId& node) const {
    const auto& all = state_.validators;
    const auto found = std::find(all.begin(), all.end(), node);
    auto next = static_cast<std::size_t>(found - all.begin()) + 1;
    if (next >= all.size()) next = 0;
    if (all[next] == self_) next = (next + 1) % all.size();
    return all[next];
}

void ChainDriver::notice_height(const NodeId& peer, Height height, Effects& out) {
    catch_up_.on_claim(peer, height, state_.height, now_);
    ask_for_blocks(out);
}

void ChainDriver::ask_for_blocks(Effects& out) {
    if (is_diverged()) return;
    const auto peer = catch_up_.whom_to_ask(state_.height, now_);
    if (!peer) return;
    const BlocksRequest request{state_.height + 1, kBlocksPerRequest};
    catch_up_.asked(*peer, request.from);
    publish(Channel::request, peer->str(), encode_request(request, self_, state_.network, signer_),
            out);
}

}  // namespace fairfeed
