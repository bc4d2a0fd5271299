// Transactions that wait for a block: a node announces its certified windows, all accusations and
// DGMD's notices to its peers, and requests what a peer announces.
#include "core/wire/message_codec.h"
#include "edge-node/node/node.h"

namespace fairfeed {

// A node requests whatever it lacks from the announcing peer; large items are never sent unasked.
Result<void, Reject> Node::on_have(const NodeId& sender, ByteView message, Effects& out) {
    auto ids = decode_have(message);
    if (!ids) return unexpected(ids.error());
    chain_->on_have(sender, std::move(*ids), turn(out));
    return {};
}

// A certified window enters this node's pool and is sent to all once; then it is announced until a
// block contains it.
void Node::submit_certified(Effects& out) {
    for (;;) {
        auto certified = committee_.take_certified();
        if (certified.empty()) break;
        for (CertifiedWindow& window : certified) {
            const auto& settlement = std::get<Settlement>(window.back().content);
            if (auto added = chain_->on_own_window(window, turn(out)); !added) {
                count(refused_, added.error());
            }
            tell_entered(out);
            Pending& pending = pending_[{settlement.cluster, settlement.window}];
            pending = {settlement.state_height, {window.back().id}};
            for (const ListedReading& listed : listed_readings(settlement))
                pending.ids.push_back(listed.reading);
            publisher_.publish(turn(out), Channel::tx, "-", encode_bundle({std::move(window)}));
        }
    }
    std::erase_if(pending_, [&](const auto& entry) {
        const auto& [cluster, window] = entry.first;
        return !state().is_current(cluster, window, entry.second.state_height);
    });
}

// Windows were just sent whole. Accusations and notices are new and are announced at once.
void Node::follow_waiting() {
    if (followed_ == chain_->workbench().pool().revision()) return;
    followed_ = chain_->workbench().pool().revision();
    std::set<Digest> keys = chain_->workbench().pool().accusations();
    const std::set<Digest>& notices = chain_->workbench().pool().notices();
    keys.insert(notices.begin(), notices.end());
    for (const Digest& id : keys)
        announcements_.begin(id, {id}, now_.steady_ms);
    const std::int64_t again_ms = now_.steady_ms + state().genesis.parameters.timers.rebroadcast_ms;
    for (const auto& [slot, pending] : pending_) {
        keys.insert(pending.ids.front());
        announcements_.begin(pending.ids.front(), pending.ids, again_ms);
    }
    announcements_.keep_only(keys);
}

void Node::announce(Effects& out) {
    for (const std::vector<Digest>& ids :
         announcements_.due(state().genesis.parameters.timers, now_))
        publisher_.publish(turn(out), Channel::have, "-", encode_have(ids));
}

}  // namespace fairfeed
