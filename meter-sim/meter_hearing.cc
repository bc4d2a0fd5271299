// What a meter hears from its committee: receipts and refusals of its readings, its share,
// commands.
#include "core/model/allocation.h"
#include "core/wire/message_codec.h"
#include "meter-sim/meter.h"

namespace fairfeed {
namespace {

// Whether the message is signed by the member that its topic names.
template <class Content>
std::optional<Reject> fault_of(const Signed<Content>& said, const WitnessNode& member,
                               const MeterId& meter) {
    if (said.signer != member.node) return Reject::wrong_topic;
    if (said.content.meter != meter) return Reject::unknown_meter;
    const auto verified = said.verify(member.key);
    if (!verified) return verified.error();
    return std::nullopt;
}

}  // namespace

std::optional<Reject> Meter::hear(const meter_event::Message& message, const Instant& now,
                                  MeterEffects& effects) {
    const auto topic = Topic::parse(message.topic);
    if (!topic || topic->network != setup_.parameters.name || topic->item != id().str())
        return Reject::wrong_topic;
    const auto* member = find_member(NodeId(topic->sender));
    if (member == nullptr) return Reject::not_a_member;
    if (topic->channel == Channel::receipt)
        return hear_receipt(*member, message.payload, now, effects);
    if (topic->channel == Channel::refusal)
        return hear_refusal(*member, message.payload, now, effects);
    if (topic->channel == Channel::share) return hear_share(*member, message.payload, effects);
    if (topic->channel == Channel::command)
        return hear_command(*member, message.payload, now, effects);
    return Reject::wrong_topic;
}

std::optional<Reject> Meter::hear_receipt(const WitnessNode& from, const Bytes& payload,
                                          const Instant& now, MeterEffects& effects) {
    const auto receipt = decode_receipt(payload, setup_.network);
    if (!receipt) return receipt.error();
    const auto found = pending_.find(receipt->content.sequence);
    if (found == pending_.end()) return std::nullopt;  // it is complete already
    if (const auto fault = fault_of(*receipt, from, id())) return fault;
    if (!is_asked(from.node, found->second)) return Reject::not_a_member;
    KeptReading& reading = found->second.reading;
    if (receipt->content.reading != reading.id || receipt->content.window != reading.window)
        return Reject::conflicting_reading;
    if (!reading.receipts.insert(from.node).second) return std::nullopt;
    const bool complete = has_enough(found->second);
    effects.push_back(meter_effect::PersistReceipt{reading.sequence, from.node, complete});
    if (complete || found->second.is_heard(honest_members(reading.window)))
        told_.erase(reading.sequence);
    if (!complete) return std::nullopt;
    if (const auto after_ms = found->second.answered_after_ms(now.steady_ms))
        round_trip_.measured(*after_ms);
    pending_.erase(found);
    return std::nullopt;
}

std::optional<Reject> Meter::hear_refusal(const WitnessNode& from, const Bytes& payload,
                                          const Instant& now, MeterEffects& effects) {
    const auto refusal = decode_refusal(payload, setup_.network);
    if (!refusal) return refusal.error();
    if (const auto fault = fault_of(*refusal, from, id())) return fault;
    const auto found = pending_.find(refusal->content.sequence);
    if (found != pending_.end() && !is_asked(from.node, found->second)) return Reject::not_a_member;
    const std::string& reason = refusal->content.reason;
    const std::string known = reject_named(reason) ? reason : std::string(kOtherReason);
    ++refusals_[known];
    if (found != pending_.end()) {
        PendingReading& pending = found->second;
        if (pending.refused_by(from.node, known, round_trip_, now.steady_ms))
            effects.push_back(
                meter_effect::PersistRefusal{refusal->content.sequence, from.node, known});
        if (pending.is_heard(honest_members(pending.reading.window)))
            told_.erase(pending.reading.sequence);
    }
    effects.push_back(meter_effect::NoteRefusal{from.node, refusal->content.window, reason});
    return std::nullopt;
}

std::optional<Reject> Meter::hear_share(const WitnessNode& from, const Bytes& payload,
                                        MeterEffects& effects) {
    const auto share = decode_share(payload, setup_.network);
    if (!share) return share.error();
    if (const auto fault = fault_of(*share, from, id())) return fault;
    if (share->content.mes_w < 0 || share->content.mes_w > kNoShareW) return Reject::out_of_range;
    // A window settles after its end; another clock may be a little ahead of ours.
    if (share->content.window > state_.next_window) return Reject::future_window;
    const auto quorums = share_quorums(share->content.window);
    if (!shares_.hear(from.node, share->content, quorums)) return std::nullopt;
    state_.shares = shares_.accepted();
    effects.push_back(meter_effect::PersistState{state_});
    return std::nullopt;
}

// Of the members that the next reading goes to, enough to have an honest one among them.
std::optional<Reject> Meter::hear_command(const WitnessNode& from, const Bytes& payload,
                                          const Instant& now, MeterEffects& effects) {
    const auto command = decode_command(payload, setup_.network);
    if (!command) return command.error();
    if (const auto fault = fault_of(*command, from, id())) return fault;
    std::set<NodeId> members;
    for (const WitnessNode& member : setup_.enrolment.committee_of(state_.next_window))
        members.insert(member.node);
    if (!members.contains(from.node)) return Reject::not_a_member;
    if (!relay_.hear(from.node, command->content, members, shares_needed(members.size()),
                     clock_.grid_s(now.real_ms)))
        return std::nullopt;
    state_.relay = relay_.state();
    effects.push_back(meter_effect::PersistState{state_});
    return std::nullopt;
}

}  // namespace fairfeed
