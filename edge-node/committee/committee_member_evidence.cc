// What a member finds out against others: meters that sign two readings, proposers that sign two
// batches, and meters that say of themselves that they were opened (rules 3, 5 and 11).
#include <algorithm>

#include "core/wire/evidence_codec.h"
#include "core/wire/transaction_codec.h"
#include "edge-node/committee/committee_member.h"

namespace fairfeed {

const OpenedReading* CommitteeMember::held_of(const ReadingHeader& header, Window window) const {
    const auto windows = readings_.find(header.cluster);
    if (windows == readings_.end()) return nullptr;
    const auto of_window = windows->second.find(window);
    if (of_window == windows->second.end()) return nullptr;
    const auto found = of_window->second.find(header.meter);
    return found != of_window->second.end() ? &found->second : nullptr;
}

// Another reading held of the same meter with the same window or the same sequence.
const SignedReading* CommitteeMember::rival(const SignedReading& reading) const {
    const ReadingHeader& header = reading.header;
    const OpenedReading* of_slot = held_of(header, header.window);
    if (of_slot != nullptr && of_slot->reading.id != reading.id) return &of_slot->reading;
    const auto numbered = sequences_.find({header.meter, header.sequence});
    if (numbered == sequences_.end() || numbered->second == header.window) return nullptr;
    const OpenedReading* other = held_of(header, numbered->second);
    return other != nullptr ? &other->reading : nullptr;
}

// A second reading of a slot is evidence, whatever else becomes of it; one that was found valid but
// whose sequence another window has is refused.
Result<OpenedReading, intake::Refused> CommitteeMember::compared(
    Result<OpenedReading, intake::Refused> judged, const ChainState& state) {
    const SignedReading* reading = nullptr;
    if (judged) {
        reading = &judged->reading;
    } else if (judged.error().reading) {
        reading = &*judged.error().reading;
    }
    const SignedReading* other = reading != nullptr ? rival(*reading) : nullptr;
    if (other == nullptr) return judged;
    compare(*reading, state);
    if (judged && other->header.window != reading->header.window) {
        return unexpected(intake::Refused{Reject::conflicting_reading, std::move(judged->reading)});
    }
    return judged;
}

void CommitteeMember::compare(const SignedReading& reading, const ChainState& state) {
    const SignedReading* other = rival(reading);
    if (other == nullptr) return;
    evidence_.push_back(
        make_evidence(Offence::two_readings, reading.envelope, other->envelope, state.network));
}

// Against the batch heard from the same slot.
void CommitteeMember::compare(const Transaction& batch, const ChainState& state) {
    const auto its_round = rounds_.find(std::get<Settlement>(batch.content).cluster);
    if (its_round == rounds_.end()) return;
    const Transaction* other = its_round->second.rival(batch);
    if (other == nullptr) return;
    evidence_.push_back(
        make_evidence(Offence::two_batches, batch.envelope, other->envelope, state.network));
}

std::vector<Result<Transaction, Reject>> CommitteeMember::take_evidence() {
    return std::exchange(evidence_, {});
}

Result<void, Reject> CommitteeMember::on_event(const Transaction& event, const Turn& turn) {
    const auto* alarm = std::get_if<MeterAlarm>(&event.content);
    if (alarm == nullptr) return unexpected(Reject::malformed);
    const VerifyKey* key = turn.state.meter_key(alarm->meter);
    if (key == nullptr) return unexpected(Reject::unknown_meter);
    if (auto valid = verify_transaction(event, turn.state.network, *key); !valid) return valid;
    if (!turn.state.meters.at(alarm->meter).tampered) return {};
    receipt_event(*alarm, event.id, turn);
    return unexpected(Reject::already_committed);
}

void CommitteeMember::receipt_event(const MeterAlarm& alarm, const Digest& id, const Turn& turn) {
    const Window next = turn.state.next_window(alarm.cluster).value_or(alarm.window);
    if (!is_member(self_, alarm.cluster, alarm.window, turn.state) &&
        !is_member(self_, alarm.cluster, std::max(next, alarm.window), turn.state)) {
        return;
    }
    const Receipt said{alarm.meter, alarm.window, alarm.counter, id};
    publisher_.publish(turn, Channel::receipt, alarm.meter.str(),
                       encode_receipt(said, self_, turn.state.network, signer_));
}

}  // namespace fairfeed
