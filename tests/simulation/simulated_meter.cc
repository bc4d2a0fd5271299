#include "tests/simulation/simulated_meter.h"

#include <algorithm>

#include "core/model/allocation.h"
#include "core/wire/event_codec.h"
#include "core/wire/message_codec.h"
#include "core/wire/reading_codec.h"

namespace fairfeed::simulation {

SimulatedMeter::SimulatedMeter(const Scenery& scenery, MeterId meter, MeterBehaviour behaviour,
                               Dice dice)
    : scenery_(scenery),
      id_(std::move(meter)),
      behaviour_(behaviour),
      cluster_(scenery.first_state.meters.at(id_).registration.cluster),
      committees_{scenery.first_state.clusters.at(cluster_).committee},
      key_epochs_{{0, 1}},
      is_prosumer_(scenery.first_state.capacity_w(id_, 0) > 0),
      dice_(dice),
      random_(random_of(Dice(dice_.next()))) {
    const std::int64_t windows = scenery.first_state.genesis.parameters.window_limit;
    if (behaviour_ == MeterBehaviour::tampered) {
        opened_in_ = static_cast<Window>(dice_.below(windows));
    }
}

const std::vector<NodeId>& SimulatedMeter::committee_of(Window window) const {
    for (auto at = committees_.rbegin(); at != committees_.rend(); ++at)
        if (at->effective <= window) return at->members;
    return committees_.front().members;
}

KeyEpoch SimulatedMeter::key_epoch_of(Window window) const {
    for (auto at = key_epochs_.rbegin(); at != key_epochs_.rend(); ++at)
        if (at->effective <= window) return at->value;
    return key_epochs_.front().value;
}

ReadingBody SimulatedMeter::draw_body() {
    const auto quarters =
        scenery_.first_state.genesis.parameters.window_seconds / kSecondsPerQuarter;
    Profile profile;
    for (std::int64_t i = 0; i < quarters; ++i) {
        const std::int64_t generation_wh = is_prosumer_ ? dice_.below(1200) : 0;
        const std::int64_t export_wh = is_prosumer_ ? dice_.below(generation_wh + 1) : 0;
        profile.push_back({dice_.below(600), export_wh, generation_wh});
    }
    return test::body_from(registers_, std::move(profile));
}

// Claims up to 80 kWh too much, and a peak that the quarter hours do not show.
void SimulatedMeter::overclaim(ReadingBody& body) {
    std::int64_t generation_wh = 0;
    for (const QuarterHour& quarter : body.profile)
        generation_wh += quarter.generation_wh;
    body.available_wh = generation_wh + dice_.below(80'000);
    if (dice_.chance(500)) body.peak_generation_w = dice_.below(16'000);
}

KeptReading SimulatedMeter::broken_seal(Window window) {
    MeterAlarm alarm;
    alarm.network = scenery_.network.network();
    alarm.meter = id_;
    alarm.cluster = cluster_;
    alarm.window = window;
    alarm.counter = ++sequence_;
    alarm.at_s = scenery_.first_state.grid().start_s(window);
    const Transaction event = make_event(alarm, scenery_.network.key(id_));
    KeptReading kept;
    kept.id = event.id;
    kept.envelope = event.envelope;
    kept.is_event = true;
    return kept;
}

SignedReading SimulatedMeter::sealed(const ReadingBody& body, Window window) {
    ReadingHeader header;
    header.network = scenery_.network.network();
    header.meter = id_;
    header.cluster = cluster_;
    header.key_epoch = key_epoch_of(window);
    header.window = window;
    header.sequence = sequence_;
    header.previous = previous_;
    header.salt = random_fixed<Salt>(random_);
    const SymmetricKey key = scenery_.network.data_key(id_, header.key_epoch);
    return make_reading(header, body, key, scenery_.network.key(id_));
}

KeptReading* SimulatedMeter::measure(Window window) {
    if (opened_in_ && window > *opened_in_) return nullptr;
    if (opened_in_ == window) return &(kept_[window] = broken_seal(window));
    ++sequence_;
    Window claimed = window;
    if (behaviour_ == MeterBehaviour::time_travelling && dice_.chance(500)) {
        claimed = static_cast<Window>(std::max<std::int64_t>(0, window + dice_.between(-2, 2)));
    }
    while (!claimed_.insert(claimed).second)
        ++claimed;  // two alarms of one window are another kind of lie
    ReadingBody body = draw_body();
    if (behaviour_ == MeterBehaviour::overclaiming) overclaim(body);
    const SignedReading reading = sealed(body, claimed);
    KeptReading kept;
    kept.id = reading.id;
    kept.key_epoch = reading.header.key_epoch;
    kept.envelope = reading.envelope;
    kept.body = body;
    if (behaviour_ == MeterBehaviour::equivocating) {
        kept.other = sealed(draw_body(), claimed).envelope;
    }
    registers_ = body.end;
    previous_ = reading.id;
    return &(kept_[window] = std::move(kept));
}

std::vector<Bytes> SimulatedMeter::said_to(std::size_t member, Window window) {
    const KeptReading& reading = kept_.at(window);
    std::vector<Bytes> said{reading.envelope};
    switch (behaviour_) {
        case MeterBehaviour::honest:
        case MeterBehaviour::time_travelling:
        case MeterBehaviour::overclaiming:
        case MeterBehaviour::withholding:
        case MeterBehaviour::tampered:
            break;
        case MeterBehaviour::equivocating:
            if (member % 2 == 1) said = {reading.other};
            if (dice_.chance(200)) said = {reading.other, reading.envelope};
            break;
        case MeterBehaviour::replaying:
            said.push_back(kept_.at(static_cast<Window>(dice_.below(window + 1))).envelope);
            break;
    }
    return said;
}

KeptReading* SimulatedMeter::kept(Window window) {
    const auto found = kept_.find(window);
    return found == kept_.end() ? nullptr : &found->second;
}

const KeptReading* SimulatedMeter::kept(Window window) const {
    const auto found = kept_.find(window);
    return found == kept_.end() ? nullptr : &found->second;
}

bool SimulatedMeter::is_done(Window window) const {
    const KeptReading& reading = kept_.at(window);
    const std::vector<NodeId>& committee = committee_of(window);
    const auto members_in = [&](const std::set<NodeId>& nodes) {
        return static_cast<std::size_t>(
            std::count_if(committee.begin(), committee.end(),
                          [&](const NodeId& member) { return nodes.contains(member); }));
    };
    if (members_in(reading.closed) >= shares_needed(committee.size())) return true;
    const std::size_t receipts = members_in(reading.receipts);
    if (receipts < receipts_needed(committee.size())) return false;
    const std::size_t of_parent = reading.receipts.contains(committee.front()) ? 1 : 0;
    return committee.size() == 1 || receipts > of_parent;
}

void SimulatedMeter::hear(const NodeId& from, Channel channel, ByteView message) {
    const VerifyKey& key = scenery_.node_keys.at(from);
    const Digest& network = scenery_.network.network();
    if (channel == Channel::receipt) {
        const auto said = decode_receipt(message, network);
        if (!said || said->signer != from || !said->verify(key)) return;
        KeptReading* reading = kept(said->content.window);
        if (reading && reading->id == said->content.reading) reading->receipts.insert(from);
    } else if (channel == Channel::refusal) {
        const auto said = decode_refusal(message, network);
        if (!said || said->signer != from || !said->verify(key)) return;
        KeptReading* reading = kept(said->content.window);
        if (reading && said->content.reason == to_string(Reject::closed_window)) {
            reading->closed.insert(from);
        }
    }
}

}  // namespace fairfeed::simulation
