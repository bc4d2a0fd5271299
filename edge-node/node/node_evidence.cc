// What a node does with accusations: a meter's own alarm, and what its members found out (rules 3,
// 5 and 11, R19).
#include "core/wire/event_codec.h"
#include "edge-node/node/node.h"

namespace fairfeed {

// From the moment it is in the pool it is announced to all, until a block has it.
Result<void, Reject> Node::on_event(const Topic& topic, const MessageArrived& event, Effects& out) {
    if (event.retained) return unexpected(Reject::retained);
    const auto alarm = decode_event(event.message, state().network);
    if (!alarm) return unexpected(alarm.error());
    if (topic.sender != alarm->signer.str()) return unexpected(Reject::wrong_topic);
    if (auto fresh = committee_.on_event(*alarm, turn(out)); !fresh) return fresh;
    return chain_->on_bodies({*alarm}, turn(out));
}

// A commit that this causes may show more.
void Node::submit_evidence(Effects& out) {
    for (auto found = committee_.take_evidence(); !found.empty();
         found = committee_.take_evidence()) {
        for (const auto& evidence : found) {
            chain_->accuse(evidence, turn(out));
            tell_entered(out);
        }
    }
}

// They are said to all until a block has them, as evidence is.
void Node::submit_handovers(Effects& out) {
    for (const Transaction& handover : committee_.take_handovers(state())) {
        chain_->accuse(handover, turn(out));
        tell_entered(out);
    }
}

}  // namespace fairfeed
