#include "tests/simulation/simulated_meter.h"

#include <algorithm>

#include "core/model/allocation.h"
#include "core/wire/message_codec.h"
#include "core/wire/reading_codec.h"

namespace fairfeed::simulation {

SimulatedMeter::SimulatedMeter(const Scenery& scenery, MeterId meter, MeterBehaviour behaviour,
                               Dice dice)
    : scenery_(scenery),
      id_(std::move(meter)),
      behaviour_(behaviour),
      cluster_(scenery.first_state.meters.at(id_).registration.cluster),
      committee_(scenery.committee(cluster_)),
      is_prosumer_(scenery.first_state.capacity_w(id_, 0) > 0),
      dice_(dice),
      random_(random_of(Dice(dice_.next()))) {}

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

SignedReading SimulatedMeter::sealed(const ReadingBody& body, Window window) {
    ReadingHeader header;
    header.network = scenery_.network.network();
    header.meter = id_;
    header.cluster = cluster_;
    header.key_epoch = 1;
    header.window = window;
    header.sequence = sequence_;
    header.previous = previous_;
    header.salt = random_fixed<Salt>(random_);
    return make_reading(header, body, scenery_.network.data_key(id_), scenery_.network.key(id_));
}

KeptReading& SimulatedMeter::measure(Window window) {
    ++sequence_;
    Window claimed = window;
    if (behaviour_ == MeterBehaviour::time_travelling && dice_.chance(500)) {
        claimed = static_cast<Window>(std::max<std::int64_t>(0, window + dice_.between(-2, 2)));
    }
    while (!claimed_.insert(claimed).second)
        ++claimed;  // two of one window are another lie
    const ReadingBody body = draw_body();
    const SignedReading reading = sealed(body, claimed);
    KeptReading kept{reading.id, reading.envelope, body, {}, {}, {}, 0};
    if (behaviour_ == MeterBehaviour::equivocating) {
        kept.other = sealed(draw_body(), claimed).envelope;
    }
    registers_ = body.end;
    previous_ = reading.id;
    return kept_[window] = std::move(kept);
}

std::vector<Bytes> SimulatedMeter::said_to(std::size_t member, Window window) {
    const KeptReading& reading = kept_.at(window);
    std::vector<Bytes> said{reading.envelope};
    switch (behaviour_) {
        case MeterBehaviour::honest:
        case MeterBehaviour::time_travelling:
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

bool SimulatedMeter::is_done(const KeptReading& reading) const {
    if (reading.closed.size() >= shares_needed(committee_.size())) return true;
    if (reading.receipts.size() < receipts_needed(committee_.size())) return false;
    return committee_.size() == 1 ||
           std::any_of(reading.receipts.begin(), reading.receipts.end(),
                       [&](const NodeId& node) { return node != committee_.front(); });
}

void SimulatedMeter::hear(const NodeId& from, Channel channel, ByteView message) {
    const VerifyKey& key = *scenery_.first_state.node_key(from);
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
