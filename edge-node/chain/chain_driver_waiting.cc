// Bodies that wait for a block: what a peer announces is asked for, and only what was asked for is
// taken.
#include "core/wire/message_codec.h"
#include "edge-node/chain/chain_driver.h"

namespace fairfeed {

void ChainDriver::on_have(const NodeId& sender, std::vector<Digest> ids, Instant now,
                          Effects& out) {
    now_ = now;
    std::erase_if(ids, [&](const Digest& id) { return pool_.find(id) != nullptr; });
    // Nobody answers a question for more than a block holds; the rest is announced again.
    const auto most = static_cast<std::size_t>(state_.genesis.parameters.max_block_transactions);
    if (ids.size() > most) ids.resize(most);
    auto wanted = pulls_.choose(sender, ids, state_.genesis.parameters.timers, now_);
    if (wanted.empty()) return;
    bodies_asked_.asked(sender, wanted);
    publish(Channel::request, sender.str(),
            encode_request(BodiesRequest{std::move(wanted)}, self_, state_.network, signer_), out);
}

Result<void, Reject> ChainDriver::on_asked_bodies(const NodeId& sender, BodiesAnswer answer,
                                                  Instant now, Effects& out) {
    auto bodies = bodies_asked_.take(sender, std::move(answer.transactions));
    if (!bodies) return unexpected(bodies.error());
    const auto taken = on_bodies(*bodies, now, out);
    for (const Transaction& body : *bodies)
        if (pool_.find(body.id) == nullptr) pulls_.refused(body.id);
    return taken;
}

}  // namespace fairfeed
