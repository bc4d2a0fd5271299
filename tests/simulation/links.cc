// Brokers and links: retained, lost, late, repeated and cut-off messages, and the meters behind the
// links.
#include <algorithm>

#include "core/wire/message_codec.h"
#include "tests/simulation/fast_hash.h"
#include "tests/simulation/in_words.h"
#include "tests/simulation/simulation.h"
#include "tests/support/addressee.h"

namespace fairfeed::simulation {

void Simulation::publish(Host& host, const Publish& said) {
    if (!host.connected) return;
    if (!host.liar) return send_out(host, said, {});
    const auto utterances = host.liar->instead_of(said);
    if (utterances.size() != 1 || utterances.front().said.message != said.message) {
        count(to_string(plan_.behaviours[host.node]));
    }
    for (const Utterance& utterance : utterances)
        send_out(host, utterance.said, utterance.to);
}

void Simulation::send_out(Host& host, const Publish& said, const std::vector<bool>& to) {
    const Channel channel = said.topic.channel;
    const auto publication = std::make_shared<const Publication>(
        Publication{host.node, said.topic, said.topic.str(), said.message});
    const std::uint64_t hash = fast_hash(static_cast<std::uint64_t>(channel), said.message);
    trace(hash, host.node);
    if (plan_.is_honest(host.node)) oracles_.on_said(host.node, said.message.size());
    detail([&] { return name(host) + ' ' + in_words(said, scenery_.network.network()); });
    if (idle_from_ms_ && (channel == Channel::prevote || channel == Channel::precommit ||
                          channel == Channel::proposal || channel == Channel::batch)) {
        ++idle_statements_;
    }
    if (channel == Channel::receipt || channel == Channel::refusal) {
        return send_to_meter(host, publication);
    }
    if (channel == Channel::share || channel == Channel::command) return;
    if (is_retained(channel)) host.retained[publication->topic_text] = publication;
    for (std::size_t i = 0; i < hosts_.size(); ++i) {
        const std::size_t node = hosts_[i].node;
        if (node == host.node || (!to.empty() && !to[node])) continue;
        if (!test::is_meant_for(scenery_.nodes[node], said.topic)) continue;
        transmit(host, i, false, publication);
    }
}

void Simulation::send_to_meter(const Host& host,
                               const std::shared_ptr<const Publication>& publication) {
    const auto meter = meter_index_.find(MeterId(publication->topic.item));
    if (meter == meter_index_.end()) return;
    if (plan_.is_honest(host.node) && publication->topic.channel == Channel::receipt) {
        const auto said = decode_receipt(publication->message, scenery_.network.network());
        if (!said) return oracles_.fail("a receipt that cannot be read");
        oracles_.on_receipt(host.node, said->content, host.disk);
    }
    if (!is_calm() && dice_.chance(plan_.loss_permille)) return;
    agenda_.add(now_ms_ + delay_ms(), {What::meter_packet, meter->second, 0, false, publication});
}

// Of two machines with one key each reaches one half of the nodes. Two machines of a conspiracy
// take work from all nodes, but blocks from their own half only: otherwise they would receive their
// own signatures, and stop.
bool Simulation::is_heard_by(const Host& from, const Host& to, Channel channel) const {
    const auto side = [&](const Host& host) {
        return plan_.is_double(host.node) ? host.second : plan_.sides[host.node];
    };
    const bool is_work = channel == Channel::tx || channel == Channel::have ||
                         channel == Channel::batch || channel == Channel::endorsement ||
                         channel == Channel::objection;
    const bool colludes = plan_.behaviours[to.node] == Behaviour::colluding;
    const bool parted = plan_.is_double(from.node) || (colludes && !is_work);
    return !parted || side(from) == side(to);
}

bool Simulation::passes(std::size_t from, std::size_t to) const {
    return std::none_of(plan_.cuts.begin(), plan_.cuts.end(), [&](const Cut& cut) {
        return now_ms_ >= cut.from_ms && now_ms_ < cut.to_ms && cut.blocked[from][to];
    });
}

std::int64_t Simulation::delay_ms() {
    if (is_calm()) return dice_.between(1, 5);
    if (dice_.chance(plan_.slow_permille)) {
        count("slow");
        return dice_.between(50, 3000);
    }
    return dice_.between(1, 30);
}

void Simulation::transmit(const Host& from, std::size_t to, bool retained,
                          const std::shared_ptr<const Publication>& publication) {
    const Host& target = hosts_[to];
    if (!target.program || !is_heard_by(from, target, publication->topic.channel)) return;
    if (!passes(from.node, target.node)) return count("cut");
    if (!is_calm() && dice_.chance(plan_.loss_permille)) return count("loss");
    const bool twice = !is_calm() && dice_.chance(plan_.repeat_permille);
    if (twice) count("repeat");
    for (int copies = twice ? 2 : 1; copies > 0; --copies) {
        agenda_.add(now_ms_ + delay_ms(), {What::packet, to, target.life, retained, publication});
    }
}

void Simulation::offer_retained(const Host& from, std::size_t to) {
    if (!broker_up_[from.node]) return;
    for (const auto& [topic, publication] : from.retained)
        transmit(from, to, true, publication);
}

void Simulation::measure(std::size_t meter, Window window) {
    if (meters_[meter].measure(window) == nullptr) return;
    const MeterBehaviour behaviour = meters_[meter].behaviour();
    if (behaviour != MeterBehaviour::honest) count(to_string(behaviour));
    if (behaviour == MeterBehaviour::withholding && dice_.chance(500)) {
        if (dice_.chance(400)) return;
        return at(now_ms_ + dice_.between(1, 3) * kWindowMs, What::send, meter, window);
    }
    const bool late = !is_calm() && dice_.chance(plan_.late_meter_permille);
    if (late) count("late meter");
    at(now_ms_ + (late ? dice_.between(1000, 8000) : dice_.between(0, 300)), What::send, meter,
       window);
}

void Simulation::send_to_member(const SimulatedMeter& meter, std::size_t node, Channel channel,
                                Bytes envelope) {
    const Topic topic{scenery_.first_state.genesis.parameters.name, meter.id().str(), channel, "-"};
    const auto shared = std::make_shared<const Publication>(
        Publication{0, topic, topic.str(), std::move(envelope)});
    for (std::size_t i = 0; i < hosts_.size(); ++i) {
        if (hosts_[i].node != node || !hosts_[i].connected) continue;
        if (!is_calm() && dice_.chance(plan_.loss_permille)) continue;
        agenda_.add(now_ms_ + delay_ms(), {What::packet, i, hosts_[i].life, false, shared});
    }
}

void Simulation::send_reading(std::size_t meter, Window window) {
    SimulatedMeter& self = meters_[meter];
    KeptReading& reading = *self.kept(window);
    if (self.is_done(window)) return;
    const Channel channel = reading.is_event ? Channel::event : Channel::reading;
    const std::vector<NodeId> committee = self.committee_of(window);
    for (std::size_t place = 0; place < committee.size(); ++place) {
        const NodeId& member = committee[place];
        if (reading.receipts.contains(member)) continue;
        for (Bytes& envelope : self.said_to(place, window))
            send_to_member(self, scenery_.index_of(member), channel, std::move(envelope));
    }
    reading.back_off_ms = std::clamp<std::int64_t>(reading.back_off_ms * 2, 400, 2000);
    at(now_ms_ + reading.back_off_ms, What::send, meter, window);
}

}  // namespace fairfeed::simulation
