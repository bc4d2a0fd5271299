#include "edge-node/chain/block_repair.h"

#include <algorithm>

#include "core/wire/chain_codec.h"

namespace fairfeed {

void BlockRepair::on_damage(Height height, const Digest& id, Instant now) {
    wanted_.try_emplace(height, Wanted{id, 0, now.steady_ms, {}});
}

void BlockRepair::on_mended(Height height) {
    if (wanted_.erase(height) > 0) ++mended_;
}

void BlockRepair::on_time(const Turn& turn) {
    for (auto& [height, wanted] : wanted_)
        if (turn.now.steady_ms >= wanted.ask_at_ms) ask(height, wanted, turn);
}

// The pauses grow with every round of all validators, up to a bound: a peer that is away now may
// have the block later.
void BlockRepair::ask(Height height, Wanted& wanted, const Turn& turn) {
    const Timers& timers = turn.state.genesis.parameters.timers;
    const auto& all = turn.state.validators;
    const auto rounds =
        static_cast<std::int64_t>(wanted.asked / std::max<std::size_t>(all.size(), 1));
    wanted.ask_at_ms =
        turn.now.steady_ms + std::min(timers.propose_ms * (1 + rounds), timers.propose_cap_ms);
    const NodeId& peer = all[(wanted.asked++ + height) % all.size()];
    if (peer == self_) return;
    wanted.open.insert(peer);
    publisher_.ask(turn, peer, BlocksRequest{height, 1});
}

bool BlockRepair::on_blocks(const NodeId& sender, const BlocksAnswer& answer, const Turn& turn) {
    if (answer.blocks.size() != 1) return false;
    const CommittedBlock& offered = answer.blocks.front();
    const auto wanted = wanted_.find(offered.block.header.height);
    if (wanted == wanted_.end() || wanted->second.open.erase(sender) == 0) return false;
    if (block_id(offered.block.header) == wanted->second.id) turn.out.push_back(MendBlock{offered});
    return true;
}

std::optional<std::int64_t> BlockRepair::next_deadline_ms() const {
    std::optional<std::int64_t> out;
    for (const auto& [height, wanted] : wanted_)
        out = std::min(out.value_or(wanted.ask_at_ms), wanted.ask_at_ms);
    return out;
}

}  // namespace fairfeed
