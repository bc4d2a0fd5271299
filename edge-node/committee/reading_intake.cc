#include "edge-node/committee/reading_intake.h"

#include "core/state/late_rules.h"
#include "core/wire/message_codec.h"
#include "core/wire/reading_codec.h"
#include "edge-node/committee/signing_right.h"
#include "edge-node/effects/open_requests.h"

namespace fairfeed {

ReadingIntake::ReadingIntake(NodeId self, const Signer& signer, SignatureChecker& signatures)
    : self_(std::move(self)), signer_(signer), signatures_(signatures), publisher_(self_, signer) {}

intake::Context ReadingIntake::context(MemberWindows& windows, const Turn& turn) const {
    return {turn.state,
            signatures_,
            windows.accounts().keys(),
            [&windows](const ClusterId& cluster) -> const ClusterAccounts& {
                return windows.accounts_of(cluster);
            },
            self_,
            turn.now,
            [this](const MeterId& meter, Window window) {
                return store_.id_of({meter, window});
            },
            [this](const MeterId& meter, Window window) {
                return store_.is_committed({meter, window});
            }};
}

ReadingIntake::Taken ReadingIntake::take(const intake::Arrival& arrival, MemberWindows& windows,
                                         Findings& findings, const Turn& turn) {
    auto judged =
        compared(intake::judge_reading(arrival, context(windows, turn)), findings, turn.state);
    if (judged) {
        refused_.erase(judged->reading.header.meter);
    } else if (const auto& [reason, reading] = judged.error(); reading) {
        if (reason == Reject::duplicate) {
            receipt(*reading, turn);
        } else {
            refuse(*reading, reason, turn);
        }
    }
    return accept(std::move(judged), turn);
}

ReadingIntake::Taken ReadingIntake::take_shown(ByteView envelope, MemberWindows& windows,
                                               Findings& findings, const Turn& turn) {
    auto judged = intake::judge_pulled_reading(envelope, context(windows, turn));
    return accept(compared(std::move(judged), findings, turn.state), turn);
}

ReadingIntake::Taken ReadingIntake::take_asked(ByteView envelope, MemberWindows& windows,
                                               Findings& findings, const Turn& turn) {
    intake::Context asking = context(windows, turn);
    asking.wanted = [&](const SignedReading& reading) {
        const ReadingHeader& header = reading.header;
        return !store_.is_twofold({header.meter, header.window}) &&
               windows.may_replace(header, turn.state);
    };
    auto judged = intake::judge_pulled_reading(envelope, asking);
    return accept(compared(std::move(judged), findings, turn.state), turn);
}

// A second reading of a slot is evidence, whatever else becomes of the reading. A valid reading
// whose sequence another window has is refused.
ReadingIntake::Judged ReadingIntake::compared(Judged judged, Findings& findings,
                                              const ChainState& state) const {
    const SignedReading* reading = nullptr;
    if (judged) {
        reading = &judged->reading;
    } else if (judged.error().reading) {
        reading = &*judged.error().reading;
    }
    const SignedReading* other = reading != nullptr ? store_.rival(*reading) : nullptr;
    if (other == nullptr) return judged;
    findings.two_readings(*reading, *other, state.network);
    if (judged && other->header.window != reading->header.window) {
        return unexpected(intake::Refused{Reject::conflicting_reading, std::move(judged->reading)});
    }
    return judged;
}

void ReadingIntake::compare(const SignedReading& reading, Findings& findings,
                            const ChainState& state) const {
    const SignedReading* other = store_.rival(reading);
    if (other != nullptr) findings.two_readings(reading, *other, state.network);
}

// Of a meter that signed two readings for a slot, the disk keeps both.
ReadingIntake::Taken ReadingIntake::accept(Judged judged, const Turn& turn) {
    if (!judged) return unexpected(judged.error().reason);
    const SignedReading& reading = judged->reading;
    const ClusterId cluster = reading.header.cluster;
    const ReadingSlot slot{reading.header.meter, reading.header.window};
    turn.out.push_back(PersistReading{reading});
    if (store_.id_of(slot)) {
        store_.mark_twofold(slot);
    } else {
        ++accepted_;
        receipt(reading, turn);
    }
    store_.keep(std::move(*judged));
    return cluster;
}

// Rule 1. While the chain says that somebody comes to whom the reading would not count, or that
// this node goes, only a block is a promise. The meter repeats the reading until then.
void ReadingIntake::receipt(const SignedReading& reading, const Turn& turn) const {
    const ReadingHeader& header = reading.header;
    if (!store_.is_committed({header.meter, header.window}) &&
        !is_witness_for_good(turn.state, header.meter, header.window, self_)) {
        return;
    }
    const Receipt said{header.meter, header.window, header.sequence, reading.id};
    publisher_.publish(turn, Channel::receipt, header.meter.str(),
                       encode_receipt(said, self_, turn.state.network, signer_));
}

void ReadingIntake::refuse(const SignedReading& reading, Reject reason, const Turn& turn) {
    const ReadingHeader& header = reading.header;
    const Window heard = turn.state.next_window(header.cluster).value_or(0);
    refused_.insert_or_assign(header.meter, Refusing{reason, heard});
    const Refusal said{header.meter, header.window, header.sequence,
                       std::string(to_string(reason))};
    publisher_.publish(turn, Channel::refusal, header.meter.str(),
                       encode_refusal(said, self_, turn.state.network, signer_));
}

void ReadingIntake::restore(ByteView envelope, const MemberWindows& windows, Findings& findings,
                            const ChainState& state) {
    auto reading = decode_reading(envelope, state.network);
    if (!reading) return;
    auto body = open_with(windows.accounts().keys(), *reading);
    if (!body) return;
    const ReadingSlot slot{reading->header.meter, reading->header.window};
    const auto held = store_.id_of(slot);
    if (held && *held != reading->id) {
        compare(*reading, findings, state);
        store_.mark_twofold(slot);
        if (!windows.is_promised(*reading)) return;
    }
    store_.keep(OpenedReading{std::move(*reading), std::move(*body)});
}

void ReadingIntake::salvage(ByteView envelope, MemberWindows& windows, const Turn& turn) {
    auto opened = intake::judge_pulled_reading(envelope, context(windows, turn));
    if (!opened) return;
    turn.out.push_back(PersistReading{opened->reading});
    store_.keep(std::move(*opened));
}

void ReadingIntake::settle(const RecomputedSettlement& settlement, Findings& findings,
                           const ChainState& state) {
    for (const auto& [window, readings] : settlement.readings) {
        for (const auto& [meter, taken] : readings)
            compare(taken.reading, findings, state);
    }
    const auto& [cluster, window, lines] = settlement.opened;
    store_.note_settled(cluster);
    store_.keep_committed(settlement.readings, window);
    store_.drop_old(cluster, window, state);
}

ForgetWindow ReadingIntake::forget(const ClusterId& cluster, Window settled,
                                   const ChainState& state) {
    return store_.forget(cluster, settled, state);
}

Result<ReadingsAnswer, Reject> ReadingIntake::answer(const NodeId& asker,
                                                     const ReadingsRequest& request,
                                                     const ChainState& state) const {
    const auto most = static_cast<std::size_t>(state.genesis.parameters.max_block_transactions);
    if (auto sound = check_wanted_ids(request.readings, most); !sound) {
        return unexpected(sound.error());
    }
    ReadingsAnswer answer;
    for (const Digest& id : request.readings) {
        const SignedReading* reading = store_.find(id);
        if (reading == nullptr) continue;
        const ReadingHeader& header = reading->header;
        if (!is_member(asker, header.cluster, header.window, state)) continue;
        answer.readings.push_back(*reading);
    }
    return answer;
}

std::optional<Reject> ReadingIntake::refused_lately(const MeterId& meter,
                                                    const ChainState& state) const {
    const auto refused = refused_.find(meter);
    if (refused == refused_.end()) return std::nullopt;
    const auto next = state.next_window(state.meters.at(meter).registration.cluster);
    if (next && *next - refused->second.heard > kSilentAfterWindows) return std::nullopt;
    return refused->second.reason;
}

}  // namespace fairfeed
