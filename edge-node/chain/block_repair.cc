#include "edge-node/chain/block_repair.h"

#include <algorithm>

#include "core/wire/message_codec.h"

namespace fairfeed {

void BlockRepair::on_damage(Height height, const Digest& id, Instant now) {
    wanted_.try_emplace(height, Wanted{id, 0, now.steady_ms, {}});
}

void BlockRepair::on_mended(Height height) {
    if (wanted_.erase(height) > 0) ++mended_;
}

void BlockRepair::on_time(const ChainState& state, Instant now, Effects& out) {
    for (auto& [height, wanted] : wanted_)
        if (now.steady_ms >= wanted.ask_at_ms) ask(height, wanted, state, now, out);
}

// Patiently: a peer that is away has the block tomorrow too.
void BlockRepair::ask(Height height, Wanted& wanted, const ChainState& state, Instant now,
                      Effects& out) {
    const Timers& timers = state.genesis.parameters.timers;
    const auto& all = state.validators;
    const auto rounds =
        static_cast<std::int64_t>(wanted.asked / std::max<std::size_t>(all.size(), 1));
    wanted.ask_at_ms =
        now.steady_ms + std::min(timers.propose_ms * (1 + rounds), timers.propose_cap_ms);
    const NodeId& peer = all[(wanted.asked++ + height) % all.size()];
    if (peer == self_) return;
    wanted.open.insert(peer);
    const BlocksRequest request{height, 1};
    out.push_back(
        Publish{Topic{state.genesis.parameters.name, self_.str(), Channel::request, peer.str()},
                encode_request(request, self_, state.network, signer_)});
}

bool BlockRepair::on_blocks(const NodeId& sender, const BlocksAnswer& answer, Effects& out) {
    if (answer.blocks.size() != 1) return false;
    const CommittedBlock& offered = answer.blocks.front();
    const auto wanted = wanted_.find(offered.block.header.height);
    if (wanted == wanted_.end() || wanted->second.open.erase(sender) == 0) return false;
    if (block_id(offered.block.header) == wanted->second.id) out.push_back(MendBlock{offered});
    return true;
}

std::optional<std::int64_t> BlockRepair::next_deadline_ms() const {
    std::optional<std::int64_t> out;
    for (const auto& [height, wanted] : wanted_)
        out = std::min(out.value_or(wanted.ask_at_ms), wanted.ask_at_ms);
    return out;
}

}  // namespace fairfeed
