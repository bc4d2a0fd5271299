#include "tests/crash/node_story.h"

#include <algorithm>

#include "core/io/log.h"
#include "core/wire/consensus_codec.h"
#include "core/wire/message_codec.h"
#include "core/wire/transaction_codec.h"
#include "tests/support/addressee.h"
#include "tests/support/dice.h"
#include "tests/support/lab.h"
#include "tests/support/virtual_disk.h"

namespace fairfeed::test {
namespace {

constexpr Window kWindows = 3;
constexpr std::int64_t kWindowRealMs = 60'000;
constexpr std::size_t kMostEventsPerTurn = 5;

TestNetworkOptions story_options() {
    TestNetworkOptions options = lab(4, 2);
    options.meters_per_cluster = 2;
    return options;
}

TestNetworkOptions change_options() {
    TestNetworkOptions options = lab(6, 1);
    options.clusters = 1;  // its committee: nodes 1 to 4
    options.meters_per_cluster = 2;
    return options;
}

std::string name(const std::optional<Digest>& digest) {
    return digest ? to_hex(digest->view()) : std::string("nil");
}

}  // namespace

const NodeStory& NodeStory::get() {
    static const NodeStory kStory(story_options(), TestNetwork::node(1), false);
    return kStory;
}

const NodeStory& NodeStory::of_change(const NodeId& self) {
    static std::map<NodeId, std::unique_ptr<const NodeStory>> told;
    std::unique_ptr<const NodeStory>& story = told[self];
    if (!story) story.reset(new NodeStory(change_options(), self, true));
    return *story;
}

NodeStory::NodeStory(const TestNetworkOptions& options, NodeId self, bool changes_hands)
    : network_(options), self_(std::move(self)), changes_hands_(changes_hands) {
    states_.push_back(network_.initial_state());
    now_ = {1'000'000, network_.genesis().content.parameters.real_epoch_ms, true};
    for (const auto& [id, record] : states_[0].meters)
        meters_.emplace(id, TestMeter(network_, id, record.registration.cluster));
    for (const NodeId& id : network_.nodes()) {
        nodes_[id] = std::make_unique<Node>(
            Node::Setup{id, network_.key(id), agreement_key(id.str()), counting_random()});
        Node& node = *nodes_[id];
        node.replay({{network_.genesis().block.block, {}}, states_[0], states_[0]});
        auto effects = node.start(states_[0], std::nullopt, {}, now_);
        CHECK(effects.has_value());
        perform(id, std::move(*effects));
        perform(id, node.step(BrokerConnected{}, now_));
    }
    live();
    nodes_.clear();
    group_turns(std::move(single_turns_));
}

// The meters measure and publish every window, and every window is settled. In the third window the
// producers of cluster 2 are silent until the grace is over, so that a batch waits for them.
void NodeStory::live() {
    for (Window window = 0; window < kWindows; ++window) {
        pass_time(1'000'000 + (window + 1) * kWindowRealMs);
        measure(window);
        pass_time(now_.steady_ms + 10'000);
        if (changes_hands_ && window == 0) change_hands(kWindows - 1);
    }
    CHECK(blocks_.size() >= kWindows);
    for (const auto& [id, record] : states_.back().clusters)
        CHECK(record.meters.empty() || record.last_window == kWindows - 1);
}

// DGMD publishes one bundle: the committee's new members, and new data keys for all of them.
void NodeStory::change_hands(Window effective) {
    CommitteeAllocation committee = states_.back().clusters.at(TestNetwork::cluster(1)).committee;
    committee.members = nodes({5, 2, 3, 6});
    committee.epoch += 1;
    committee.effective = effective;
    std::vector<NodeId> readers = committee.members;
    readers.push_back(network_.dgmd());
    std::vector<Transaction> words;
    for (const auto& [id, meter] : meters_)
        words.push_back(network_.from_dgmd(
            states_.back(), network_.grant(id, 2, readers, effective), words.size()));
    words.push_back(network_.from_dgmd(states_.back(), committee, words.size()));
    const Topic topic{network_.genesis().content.parameters.name, network_.dgmd().str(),
                      Channel::tx, "-"};
    for (const NodeId& to : network_.nodes())
        bus_.push_back({network_.dgmd(), to, topic.str(), encode_bundle({words})});
}

void NodeStory::measure(Window window) {
    for (auto& [id, meter] : meters_) {
        const bool producer = states_[0].capacity_w(id, window) > 0;
        const QuarterHour quarter = producer ? QuarterHour{0, 500, 500} : QuarterHour{100, 0, 0};
        const ChainState& state = states_.back();
        meter.use_key_epoch(*state.key_epoch(id, window));
        const OpenedReading read = meter.read(window, flat_profile(state, quarter));
        const ClusterId& cluster = read.reading.header.cluster;
        if (window + 1 == kWindows && cluster == TestNetwork::cluster(2) && producer) continue;
        const Topic topic{network_.genesis().content.parameters.name, id.str(), Channel::reading,
                          "-"};
        for (const NodeId& to : state.committee_of(cluster, window)->members) {
            // Each reading arrives twice, as from a meter that got no receipt.
            for (int times = 0; times < 2; ++times)
                perform(to,
                        nodes_.at(to)->step(
                            MessageArrived{to, topic.str(), false, read.reading.envelope}, now_));
        }
    }
}

void NodeStory::perform(const NodeId& id, Effects effects) {
    for (const Effect& effect : effects) {
        if (const auto* publish = std::get_if<Publish>(&effect)) {
            for (const NodeId& to : network_.nodes()) {
                if (to == id || !is_meant_for(to, publish->topic)) continue;
                bus_.push_back({id, to, publish->topic.str(), publish->message});
            }
        } else if (const auto* commit = std::get_if<CommitBlock>(&effect); commit && id == self_) {
            PlainSignatureChecker signatures;
            ChainState state = states_.back();
            CHECK(execute_block(state, commit->block->block, signatures).has_value());
            states_.push_back(std::move(state));
            blocks_.push_back(commit->block);
        }
    }
    if (id == self_ && !effects.empty()) single_turns_.push_back(std::move(effects));
}

// Packets on the bus arrive at once and in order. With an empty bus, time passes to the next timer.
void NodeStory::pass_time(std::int64_t until_ms) {
    while (true) {
        while (!bus_.empty()) {
            std::vector<Packet> packets = std::exchange(bus_, {});
            ++now_.steady_ms;
            ++now_.real_ms;
            for (const Packet& packet : packets) {
                if (!nodes_.contains(packet.to)) continue;
                perform(
                    packet.to,
                    nodes_.at(packet.to)->step(
                        MessageArrived{packet.from, packet.topic, false, packet.message}, now_));
            }
        }
        std::int64_t next_ms = until_ms;
        for (const auto& [id, node] : nodes_)
            next_ms = std::min(next_ms, std::max(node->next_deadline_ms(now_), now_.steady_ms + 1));
        if (next_ms >= until_ms) break;
        now_.real_ms += next_ms - now_.steady_ms;
        now_.steady_ms = next_ms;
        for (const auto& [id, node] : nodes_)
            if (node->next_deadline_ms(now_) <= now_.steady_ms)
                perform(id, node->step(TimePassed{}, now_));
    }
    now_.real_ms += std::max<std::int64_t>(0, until_ms - now_.steady_ms);
    now_.steady_ms = std::max(now_.steady_ms, until_ms);
}

void NodeStory::group_turns(std::vector<Effects> single) {
    Dice dice(7);
    for (std::size_t i = 0; i < single.size();) {
        const bool several = dice.next() % 2 == 0;
        const std::size_t wanted = several ? 2 + dice.next() % kMostEventsPerTurn : 1;
        Effects turn;
        for (std::size_t taken = 0; taken < wanted && i < single.size(); ++taken, ++i)
            std::move(single[i].begin(), single[i].end(), std::back_inserter(turn));
        turns_.push_back(std::move(turn));
    }
}

std::vector<Said> NodeStory::statements(const Effects& turn, const Digest& network) {
    std::vector<Said> out;
    for (const Effect& effect : turn) {
        if (const auto* row = std::get_if<PersistEndorsement>(&effect)) {
            const auto& batch = std::get<Settlement>(row->batch->content);
            for (const ListedReading& each : listed_readings(batch))
                out.emplace_back(concat("reading/", each.meter.str(), "/", each.window),
                                 name(each.reading));
        }
        const auto* publish = std::get_if<Publish>(&effect);
        if (publish == nullptr) continue;
        const Channel channel = publish->topic.channel;
        const std::string what(to_string(channel));
        if (channel == Channel::prevote || channel == Channel::precommit) {
            const auto vote = decode_vote(publish->message);
            CHECK(vote.has_value());
            out.emplace_back(concat(what, "/", vote->content.height, "/", vote->content.round),
                             name(vote->content.block));
        } else if (channel == Channel::proposal) {
            const auto said = decode_proposal(publish->message);
            CHECK(said.has_value());
            const ProposalContent& content = said->proposal.content;
            out.emplace_back(concat(what, "/", content.height, "/", content.round),
                             name(content.block));
        } else if (channel == Channel::batch) {
            const auto batch = decode_transaction(publish->message, network);
            CHECK(batch.has_value());
            const auto& settlement = std::get<Settlement>(batch->content);
            out.emplace_back(concat(what, "/", settlement.cluster.str(), "/", settlement.window,
                                    "/", settlement.version),
                             name(batch->id));
        } else if (channel == Channel::endorsement) {
            const auto said = decode_endorsement(publish->message, network);
            CHECK(said.has_value());
            const Endorsement& content = said->content;
            out.emplace_back(
                concat(what, "/", content.cluster.str(), "/", content.window, "/", content.version),
                name(content.batch));
        }
    }
    return out;
}

}  // namespace fairfeed::test
