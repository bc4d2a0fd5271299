// A node's handling of accusations: alarms by meters, and offences that its members detected (rules
// 3, 5 and 11, R19).
#include <utility>

#include "core/wire/event_codec.h"
#include "edge-node/node/node.h"

namespace fairfeed {

// An event in the pool is announced to all until a block contains it.
Result<void, Reject> Node::on_event(const Topic& topic, const MessageArrived& event, Effects& out) {
    if (event.retained) return unexpected(Reject::retained);
    const auto alarm = decode_event(event.message, state().network);
    if (!alarm) return unexpected(alarm.error());
    if (topic.sender != alarm->signer.str()) return unexpected(Reject::wrong_topic);
    if (auto fresh = committee_.on_event(*alarm, turn(out)); !fresh) return fresh;
    return chain_->on_bodies({*alarm}, turn(out));
}

// A commit that follows from this may reveal more evidence.
void Node::submit_evidence(Effects& out) {
    for (auto found = committee_.take_evidence(); !found.empty();
         found = committee_.take_evidence()) {
        for (const auto& evidence : found)
            if (evidence) submit_evidence(*evidence, out);
    }
    if (early_tried_at_ == state().height) return;
    early_tried_at_ = state().height;
    for (const auto& [about, evidence] : std::exchange(early_evidence_, {}))
        submit_evidence(evidence, out);
}

// Evidence about a window that the chain does not take yet is kept until it does: the culprit may
// never repeat what it signed.
void Node::submit_evidence(const Transaction& evidence, Effects& out) {
    const auto taken = chain_->accuse(evidence, turn(out));
    tell_entered(out);
    if (taken || taken.error() != Reject::future_window) return;
    const auto& about = std::get<Evidence>(evidence.content);
    const auto [kept, first] =
        early_evidence_.try_emplace({about.culprit, about.offence}, evidence);
    const auto& other = std::get<Evidence>(kept->second.content);
    if (!first && about.place.window < other.place.window) kept->second = evidence;
}

// Handovers are announced to all until a block contains them, as evidence is.
void Node::submit_handovers(Effects& out) {
    for (const Transaction& handover : committee_.take_handovers(state())) {
        (void)chain_->accuse(handover, turn(out));
        tell_entered(out);
    }
}

}  // namespace fairfeed
