#include "tests/unit/node/node_world.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "core/wire/chain_codec.h"
#include "core/wire/message_codec.h"
#include "tests/support/addressee.h"

namespace fairfeed::test {
namespace {

constexpr std::int64_t kLinkMs = 3;
constexpr std::int64_t kMinuteMs = 60'000;

}  // namespace

NodeWorld::NodeWorld(TestNetworkOptions options)
    : network_(std::move(options)), first_state_(network_.initial_state()) {
    const NetworkParameters& parameters = network_.genesis().content.parameters;
    now_ = {1'000'000, parameters.real_epoch_ms, true};
    for (const auto& [id, record] : first_state_.meters) {
        meters_.emplace(id, TestMeter(network_, id, record.registration.cluster));
    }
    for (const NodeId& id : network_.nodes())
        disks_[id];
    for (const NodeId& id : network_.nodes())
        start(id);
}

void NodeWorld::start(const NodeId& id) {
    auto node = std::make_unique<Node>(
        Node::Setup{id, network_.key(id), agreement_key(keyless_.contains(id) ? "lost" : id.str()),
                    counting_random()});
    ChainState state = first_state_;
    const CommittedBlock genesis{network_.genesis().block.block, {}};
    node->replay({genesis, state, state});
    std::optional<QuorumCertificate> certificate;
    PlainSignatureChecker signatures;
    for (const CommittedBlock& committed : disks_.at(id).ledger) {
        const ChainState before = state;
        CHECK(execute_block(state, committed.block, signatures).has_value());
        node->replay({committed, before, state});
        certificate = committed.certificate;
    }
    auto effects = node->start(state, certificate, disks_.at(id).memory(), now_of(id));
    CHECK(effects.has_value());
    nodes_[id] = std::move(node);
    perform(id, std::move(*effects));
    perform(id, nodes_.at(id)->step(BrokerConnected{}, now_of(id)));
}

void NodeWorld::crash(const NodeId& id) {
    nodes_.erase(id);
    bus_.call_off([&](const Packet& packet) { return packet.to == id; });
}

void NodeWorld::restart(const NodeId& id) {
    start(id);
}

void NodeWorld::join(const NodeId& id) {
    disks_.insert_or_assign(id, ModelDisk{});
    start(id);
}

void NodeWorld::say_as_dgmd(const TransactionContent& content) {
    say_to_all(network_.from_dgmd(chain(), content));
}

const ChainState& NodeWorld::chain() const {
    const auto highest = std::max_element(nodes_.begin(), nodes_.end(), [](auto& a, auto& b) {
        return a.second->state().height < b.second->state().height;
    });
    CHECK(highest != nodes_.end());
    return highest->second->state();
}

void NodeWorld::say_to_all(const Transaction& transaction) {
    const NodeId& dgmd = network_.dgmd();
    deliver(dgmd, {Topic{network_.genesis().content.parameters.name, dgmd.str(), Channel::tx},
                   encode_bundle({{transaction}})});
}

void NodeWorld::cut(const NodeId& a, const NodeId& b) {
    cuts_.insert({a, b});
    cuts_.insert({b, a});
}

void NodeWorld::release(const NodeId& from, const NodeId& to) {
    const auto held = held_.extract({from, to});
    if (held.empty()) return;
    for (const Packet& packet : held.mapped())
        bus_.add(now_.steady_ms + kLinkMs, packet);
}

void NodeWorld::lose_broker(const NodeId& id) {
    brokerless_.insert(id);
    perform(id, nodes_.at(id)->step(BrokerLost{}, now_of(id)));
}

void NodeWorld::connect_broker(const NodeId& id) {
    brokerless_.erase(id);
    perform(id, nodes_.at(id)->step(BrokerConnected{}, now_of(id)));
}

void NodeWorld::set_clock(const NodeId& id, std::int64_t ahead_ms, bool synchronised) {
    clocks_[id] = {ahead_ms, synchronised};
}

Instant NodeWorld::now_of(const NodeId& id) const {
    Instant now = now_;
    const auto clock = clocks_.find(id);
    if (clock == clocks_.end()) return now;
    now.real_ms += clock->second.first;
    now.synchronised = clock->second.second;
    return now;
}

void NodeWorld::rot(const NodeId& id, Height height) {
    CommittedBlock& block = disks_.at(id).ledger.at(height - 1);
    rotten_[id][height] = block_id(block.block.header);
    block.block.header.time_ms ^= 1;
    perform(id, nodes_.at(id)->step(BlockDamaged{height, rotten_[id][height]}, now_of(id)));
}

void NodeWorld::mend(const NodeId& id, const CommittedBlock& offered) {
    const Height height = offered.block.header.height;
    const auto rotten = rotten_[id].find(height);
    if (rotten == rotten_[id].end() || rotten->second != block_id(offered.block.header)) return;
    disks_.at(id).ledger.at(height - 1) = offered;
    rotten_[id].erase(rotten);
    perform(id, nodes_.at(id)->step(BlockMended{height}, now_of(id)));
}

void NodeWorld::perform(const NodeId& id, Effects effects) {
    for (Effect& effect : effects) {
        if (dies(id)) return crash(id);
        if (witness_) witness_(id, effect);
        if (auto* publish = std::get_if<Publish>(&effect)) {
            deliver(id, *publish);
        } else if (auto* asked = std::get_if<AnswerBlocks>(&effect)) {
            answer_blocks(id, *asked);
        } else if (auto* whole = std::get_if<MendBlock>(&effect)) {
            mend(id, whole->block);
        } else {
            disks_.at(id).apply(effect);
        }
    }
}

bool NodeWorld::dies(const NodeId& id) {
    const auto doom = doomed_.find(id);
    if (doom == doomed_.end()) return false;
    if (doom->second-- > 0) return false;
    doomed_.erase(doom);
    return true;
}

void NodeWorld::deliver(const NodeId& from, const Publish& publish) {
    if (brokerless_.contains(from)) return;
    const Channel channel = publish.topic.channel;
    if (channel == Channel::receipt || channel == Channel::share || channel == Channel::refusal) {
        hear_as_meter(from, publish);
        return;
    }
    said_.insert_or_assign(channel, publish);
    for (const auto& [to, disk] : disks_) {
        if (to == from || !is_meant_for(to, publish.topic) || cuts_.contains({from, to})) continue;
        Packet packet{from, to, publish.topic.str(), publish.message};
        const auto held = held_.find({from, to});
        if (held != held_.end()) {
            held->second.push_back(std::move(packet));
        } else {
            bus_.add(now_.steady_ms + kLinkMs, std::move(packet));
        }
    }
}

void NodeWorld::hear_as_meter(const NodeId& from, const Publish& publish) {
    if (publish.topic.channel == Channel::receipt) {
        const auto receipt = decode_receipt(publish.message, network_.network());
        CHECK(receipt.has_value() && receipt->signer == from);
        receipts_[from].insert(receipt->content.reading);
        EXPECT_TRUE(disks_.at(from).keeps_receipted(receipt->content))
            << "a receipt left before its reading was on the disk";
    } else if (publish.topic.channel == Channel::share) {
        const auto share = decode_share(publish.message, network_.network());
        CHECK(share.has_value() && share->signer == from);
        shares_[{from, share->content.meter}] = share->content;
    } else {
        const auto refusal = decode_refusal(publish.message, network_.network());
        CHECK(refusal.has_value());
        refusals_.push_back(refusal->content);
    }
}

void NodeWorld::answer_blocks(const NodeId& from, const AnswerBlocks& asked) {
    BlocksAnswer answer = disks_.at(from).answer(asked.request);
    std::erase_if(answer.blocks, [&](const CommittedBlock& committed) {
        return rotten_[from].contains(committed.block.header.height);
    });
    if (answer.blocks.empty()) return;
    const std::string& network = network_.genesis().content.parameters.name;
    deliver(from, {Topic{network, from.str(), Channel::answer, asked.to.str()},
                   encode_answer(std::move(answer))});
}

void NodeWorld::publish_packet(const std::string& topic, const Bytes& packet, const NodeId& to,
                               bool retained) {
    if (!nodes_.contains(to) || brokerless_.contains(to)) return;
    perform(to, nodes_.at(to)->step(MessageArrived{to, topic, retained, packet}, now_of(to)));
}

void NodeWorld::arrive(const NodeId& broker, const Topic& topic, const Bytes& message,
                       const NodeId& to) {
    perform(to,
            nodes_.at(to)->step(MessageArrived{broker, topic.str(), false, message}, now_of(to)));
}

void NodeWorld::claim_height(const NodeId& peer, Height height, const NodeId& to) {
    const NodeStatus status{height, {}, {}, height + 1, 0};
    arrive(peer, {network_.genesis().content.parameters.name, peer.str(), Channel::status, "-"},
           encode_status(status, peer, network_.network(), network_.key(peer)), to);
}

void NodeWorld::happen(const NodeId& id, const NodeEvent& event) {
    perform(id, nodes_.at(id)->step(event, now_));
}

void NodeWorld::publish_reading(const OpenedReading& reading, std::vector<NodeId> to) {
    const ReadingHeader& header = reading.reading.header;
    if (to.empty()) to = chain().committee_of(header.cluster, header.window)->members;
    const Topic topic{network_.genesis().content.parameters.name, header.meter.str(),
                      Channel::reading, "-"};
    for (const NodeId& id : to)
        publish_packet(topic.str(), reading.reading.envelope, id);
}

void NodeWorld::measure(Window window, std::int64_t generation_wh) {
    const ChainState& state = first_state_;
    for (auto& [id, meter] : meters_) {
        const bool producer = state.capacity_w(id, window) > 0;
        const QuarterHour quarter =
            producer ? QuarterHour{0, generation_wh, generation_wh} : QuarterHour{100, 0, 0};
        meter.use_key_epoch(chain().key_epoch(id, window).value_or(1));
        measured_[window].push_back(meter.read(window, flat_profile(state, quarter)));
        publish_reading(measured_[window].back());
    }
}

void NodeWorld::measure_again(Window window, std::int64_t generation_wh) {
    if (!measured_.contains(window)) return measure(window, generation_wh);
    for (const OpenedReading& reading : measured_.at(window))
        publish_reading(reading);
}

// Delivers one packet or fires one timer, whichever is earlier; false: neither is due before
// until_ms.
bool NodeWorld::step_once(std::int64_t until_ms) {
    std::int64_t next_ms = until_ms;
    NodeId timer;
    for (const auto& [id, node] : nodes_) {
        const std::int64_t due = std::max(node->next_deadline_ms(now_of(id)), now_.steady_ms + 1);
        if (due < next_ms) {
            next_ms = due;
            timer = id;
        }
    }
    const bool packet_first = !bus_.empty() && bus_.next_ms() <= next_ms;
    if (packet_first) next_ms = std::max(bus_.next_ms(), now_.steady_ms);
    now_.real_ms += next_ms - now_.steady_ms;
    now_.steady_ms = next_ms;
    if (packet_first) {
        const Packet packet = bus_.take();
        const auto node = nodes_.find(packet.to);
        if (node == nodes_.end()) return true;
        perform(packet.to,
                node->second->step(MessageArrived{packet.from, packet.topic, false, packet.message},
                                   now_of(packet.to)));
        return true;
    }
    if (timer.empty()) return false;
    perform(timer, nodes_.at(timer)->step(TimePassed{}, now_of(timer)));
    if (!nodes_.contains(timer)) return true;
    EXPECT_GT(nodes_.at(timer)->next_deadline_ms(now_of(timer)), now_.steady_ms)
        << timer.str() << " would spin";
    return true;
}

bool NodeWorld::run_until(const std::function<bool()>& condition, std::int64_t for_ms) {
    const std::int64_t until_ms = now_.steady_ms + for_ms;
    while (!condition()) {
        if (!step_once(until_ms)) return condition();
    }
    return true;
}

void NodeWorld::run_for(std::int64_t ms) {
    const std::int64_t until_ms = now_.steady_ms + ms;
    while (step_once(until_ms)) {
    }
}

void NodeWorld::go_to_end_of(Window window) {
    const GridClock grid(network_.genesis().content.parameters);
    run_for(std::max<std::int64_t>(0, grid.end_real_ms(window) - now_.real_ms));
}

bool NodeWorld::agreed_at(Height height) const {
    std::set<Digest> tips;
    for (const auto& [id, node] : nodes_) {
        if (node->state().height < height) return false;
        tips.insert(node->state().tip);
    }
    return tips.size() == 1;
}

bool NodeWorld::settled(const ClusterId& cluster, Window window) const {
    return std::all_of(nodes_.begin(), nodes_.end(), [&](const auto& entry) {
        const ClusterRecord* record = entry.second->state().cluster(cluster);
        return record->last_window && *record->last_window >= window;
    });
}

bool NodeWorld::settles(const ClusterId& cluster, Window window) {
    return run_until([&] { return settled(cluster, window) && agreed_at(1); }, kMinuteMs);
}

bool NodeWorld::has_alarm(const NodeId& id, std::string_view words) {
    const std::vector<std::string> alarms = node(id).summary().alarms;
    return std::any_of(alarms.begin(), alarms.end(), [&](const std::string& alarm) {
        return alarm.find(words) != std::string::npos;
    });
}

}  // namespace fairfeed::test
