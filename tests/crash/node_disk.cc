#include "tests/crash/node_disk.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/io/log.h"
#include "core/ledger/replay.h"
#include "core/state/handover_rules.h"
#include "core/wire/genesis_file_codec.h"
#include "core/wire/message_codec.h"
#include "core/wire/reading_codec.h"

namespace fairfeed::test {
namespace {

constexpr std::int64_t kRealMs = 4711;
constexpr std::int64_t kLaterMs = 60'000;  // all timers of the story are over by then
constexpr std::size_t kPatience = 200;     // steps to get the missing blocks
constexpr std::size_t kTimers = 4;         // of a restarted node, checked for contradictions

bool asks_for_blocks(const Effect& effect, const Digest& network) {
    const auto* publish = std::get_if<Publish>(&effect);
    if (publish == nullptr || publish->topic.channel != Channel::request) return false;
    const auto request = decode_request(publish->message, network);
    return request && std::holds_alternative<BlocksRequest>(request->content);
}

bool is_endorsement(const Effect& effect) {
    const auto* publish = std::get_if<Publish>(&effect);
    return publish != nullptr && publish->topic.channel == Channel::endorsement;
}

bool is_safety(const Effect& effect) {
    return std::holds_alternative<PersistSafety>(effect);
}

}  // namespace

NodeDisk::NodeDisk(const NodeStory& story) : story_(story) {
    Standing now;
    const Digest& network = story_.network().network();
    for (std::size_t i = 0; i < story_.turns().size(); ++i) {
        standings_.push_back(now);
        const Effects& turn = story_.turns()[i];
        for (const Said& each : NodeStory::statements(turn, network))
            said_.try_emplace(each.first, each.second, i);
        for (const Effect& effect : turn) {
            now.inbox.apply(effect);
            if (const auto* safety = std::get_if<PersistSafety>(&effect))
                now.safety = safety->record;
            if (std::holds_alternative<CommitBlock>(effect)) ++now.height;
            const auto* publish = std::get_if<Publish>(&effect);
            if (publish == nullptr || publish->topic.channel != Channel::receipt) continue;
            const auto receipt = decode_receipt(publish->message, network);
            CHECK(receipt.has_value());
            receipted_.emplace_back(receipt->content.reading, i);
        }
    }
    standings_.push_back(now);
}

namespace {

const DiskHistory& whole_history() {
    static const DiskHistory kHistory = record([](const auto& directory, DiskRecording& recording) {
        NodeDisk().work(directory, recording);
    });
    return kHistory;
}

DiskImage kept_after(std::size_t operations) {
    const DiskHistory& history = whole_history();
    VirtualDisk disk(history.start);
    for (std::size_t i = 0; i < operations; ++i)
        disk.perform(history.operations[i]);
    return disk.after(Cut::kept, 0);
}

}  // namespace

const DiskImage& NodeDisk::after_stop() {
    static const DiskImage kImage = kept_after(whole_history().operations.size());
    return kImage;
}

DiskImage NodeDisk::after_kill(std::size_t turns) {
    return kept_after(whole_history().acknowledgements.at(turns - 1));
}

NodeConfig NodeDisk::config(const std::filesystem::path& directory, const NodeId& self) {
    NodeConfig config;
    config.node = self;
    config.data = directory / "data";
    return config;
}

void NodeDisk::work(const std::filesystem::path& directory, DiskRecording& recording) const {
    const auto& turns = story_.turns();
    std::size_t next = 0;
    for (const std::size_t end : {turns.size() * 2 / 3, turns.size()}) {
        auto storage = Storage::open(config(directory, story_.self()), story_.network().genesis());
        if (!storage) return;
        for (; next < end; ++next) {
            if (!storage->write(turns[next], kRealMs)) return;
            recording.acknowledge();
        }
    }
}

Result<NodeDisk::Started, std::string> NodeDisk::start(Storage& storage, const NodeStory& story) {
    const LoadedGenesis& genesis = story.network().genesis();
    const NodeId& self = story.self();
    Started started;
    started.node = std::make_unique<Node>(
        Node::Setup{self, story.network().key(self), agreement_key(self.str()), counting_random()});
    auto state = replay(storage.ledger(), genesis, {.trust_signatures = true, .keep_before = true},
                        [&](const ReplayStep& step) -> Result<void, ReplayFault> {
                            const Block& block = step.committed.block;
                            if (auto found = check_index(storage.ledger(), block); !found)
                                return found;
                            started.node->replay(step);
                            return {};
                        });
    if (!state) {
        return unexpected(concat(is_damage(state.error()) ? "damaged ledger: " : "ledger: ",
                                 state.error().explanation));
    }
    auto certificate = storage.ledger().certificate(state->height);
    if (!certificate) return unexpected(certificate.error().message);
    auto memory = storage.recall(genesis.network);
    if (!memory) return unexpected(memory.error().message);
    auto effects = started.node->start(*state, *certificate, std::move(*memory), story.end());
    if (!effects) return unexpected("safety record: " + std::string(to_string(effects.error())));
    started.effects = std::move(*effects);
    return started;
}

void NodeDisk::check(const CutPoint& point, const std::filesystem::path& directory) const {
    const LoadedGenesis& genesis = story_.network().genesis();
    auto storage = Storage::open(config(directory, story_.self()), genesis);
    ASSERT_TRUE(storage) << storage.error().message;
    auto memory = storage->recall(genesis.network);
    ASSERT_TRUE(memory) << memory.error().message;
    expect_ledger(storage->ledger());
    expect_a_moment(point, *storage, *memory);
    expect_receipted(point.acknowledged, *storage, *memory);
    auto started = start(*storage, story_);
    ASSERT_TRUE(started) << started.error();
    ASSERT_TRUE(storage->write(started->effects, kRealMs));
    go_on(point.acknowledged, *storage, *started);
    expect_to_catch_up(point.acknowledged, *storage, *started);
}

void NodeDisk::go_on(std::size_t turns, Storage& storage, Started& started, bool silent) const {
    expect_no_contradiction(turns, started.effects, silent);
    Instant now = story_.end();
    Effects more = started.node->step(BrokerConnected{}, now);
    for (std::size_t i = 0; i < kTimers; ++i) {
        expect_no_contradiction(turns, more, silent);
        ASSERT_TRUE(storage.write(more, kRealMs));
        const std::int64_t due = started.node->next_deadline_ms(now);
        now.real_ms += due - now.steady_ms;
        now.steady_ms = due;
        more = started.node->step(TimePassed{}, now);
    }
}

// A peer with the whole chain answers the node's requests for blocks. Afterwards the node agrees
// with everybody and has recomputed what it could. On its way the node says HANDOVER wherever it
// owes one.
void NodeDisk::expect_to_catch_up(std::size_t turns, Storage& storage, Started& started) const {
    Instant now{story_.end().steady_ms + kLaterMs, story_.end().real_ms + kLaterMs, true};
    Node& node = *started.node;
    for (const auto& [cluster, record] : node.state().clusters) {
        if (!may_hand_over(node.state(), cluster, story_.self())) continue;
        EXPECT_GT(node.load().waiting_transactions, 0U) << "it forgot what it owes newcomers";
    }
    const TestNetwork& network = story_.network();
    const std::string& name = network.genesis().content.parameters.name;
    const NodeId peer = TestNetwork::node(4);
    const Height end = story_.blocks().size();
    const Topic heights{name, peer.str(), Channel::status, "-"};
    const Bytes claim =
        encode_status({end, {}, {}, end + 1, 0}, peer, network.network(), network.key(peer));
    Effects more = node.step(MessageArrived{peer, heights.str(), false, claim}, now);
    const Topic answers{name, peer.str(), Channel::answer, story_.self().str()};
    const auto asks = [&](const Effect& each) { return asks_for_blocks(each, network.network()); };
    for (std::size_t i = 0; i < kPatience; ++i) {
        Effects said = more;
        std::erase_if(said, is_endorsement);  // rule 6 allows other batches; readings count
        expect_no_contradiction(turns, said, false);
        ASSERT_TRUE(storage.write(more, kRealMs));
        const auto& blocks = story_.blocks();
        const auto from = static_cast<std::ptrdiff_t>(node.state().height);
        if (node.state().height == end) break;
        if (std::any_of(more.begin(), more.end(), asks)) {
            BlocksAnswer lacking{{blocks.begin() + from, blocks.end()}};
            more = node.step(
                MessageArrived{peer, answers.str(), false, encode_answer(std::move(lacking))}, now);
        } else {
            const std::int64_t due = node.next_deadline_ms(now);
            now.real_ms += due - now.steady_ms;
            now.steady_ms = due;
            more = node.step(TimePassed{}, now);
        }
    }
    EXPECT_EQ(node.state().tip, story_.states().back().tip);
    const NodeSummary summary = node.summary();
    // The story's certificates hold statements that the restarted node had not made yet, so it may
    // sign nothing (R23).
    for (const std::string& alarm : summary.alarms)
        EXPECT_TRUE(alarm.starts_with("signs nothing")) << alarm;
    for (const InvariantReport& each : summary.invariants)
        EXPECT_TRUE(each.applicable && each.ok) << each.name << ": " << each.explanation;
}

void NodeDisk::expect_ledger(const Ledger& ledger) const {
    ASSERT_LE(ledger.height(), story_.blocks().size());
    for (Height height = 1; height <= ledger.height(); ++height) {
        const auto block = ledger.block(height);
        ASSERT_TRUE(block) << block.error().message;
        ASSERT_TRUE(*block) << "block " << height << " is missing";
        ASSERT_EQ(**block, story_.blocks()[height - 1]);
        for (const Transaction& transaction : (*block)->block.transactions) {
            const auto found = ledger.find_transaction(transaction.id);
            ASSERT_TRUE(found && *found == height) << "the index lacks a transaction";
        }
    }
}

// If an effect of a turn is durable, so are the effects before it. Of several safety records in a
// turn, Storage writes only the last one, at its place.
void NodeDisk::expect_a_moment(const CutPoint& point, Storage& storage,
                               const RecoveredState& memory) const {
    const Standing& before = standings_[point.acknowledged];
    const Height height = storage.ledger().height();
    ASSERT_GE(height, before.height) << "a committed block is lost";
    const Effects none;
    const bool over = point.acknowledged == story_.turns().size();
    const Effects& turn = over ? none : story_.turns()[point.acknowledged];
    const auto last_safety = std::find_if(turn.rbegin(), turn.rend(), is_safety);
    const std::size_t safety_at = static_cast<std::size_t>(turn.rend() - last_safety);  // from 1
    const bool new_safety = safety_at > 0 && memory.safety_record != before.safety;
    if (new_safety) {
        ASSERT_EQ(memory.safety_record, std::get<PersistSafety>(*last_safety).record)
            << "neither the last safety record nor the one under way";
    }
    std::size_t least = new_safety ? safety_at : 0;  // of the turn's effects, these are durable
    Height commits = before.height;
    for (std::size_t i = 0; i < turn.size(); ++i) {
        if (!std::holds_alternative<CommitBlock>(turn[i])) continue;
        ++commits;
        if (commits <= height) least = std::max(least, i);
        if (new_safety && i < safety_at) {
            ASSERT_LE(commits, height) << "a safety record before the commit that precedes it";
        }
        const bool before_it = safety_at > 0 && safety_at <= i && commits <= height;
        if (before_it) {
            ASSERT_EQ(memory.safety_record, std::get<PersistSafety>(*last_safety).record)
                << "a commit before the safety record that precedes it";
        }
    }
    ASSERT_LE(height, commits);
    const ModelInbox found = ModelInbox::of(memory, story_.network().network());
    ModelInbox expected = before.inbox;
    bool matches = least == 0 && found == expected;
    for (std::size_t i = 0; i < turn.size() && !matches; ++i) {
        expected.apply(turn[i]);
        matches = i + 1 >= least && found == expected;
    }
    ASSERT_TRUE(matches) << "the inbox holds " << found.readings.size() << " readings, "
                         << found.batches.size() << " batches, " << found.endorsements.size()
                         << " endorsements, " << found.blocks.size()
                         << " blocks: that of no moment of the turn";
}

void NodeDisk::expect_receipted(std::size_t acknowledged, const Storage& storage,
                                const RecoveredState& memory) const {
    std::set<Digest> held;
    for (const Bytes& envelope : memory.readings) {
        const auto reading = decode_reading(envelope, story_.network().network());
        ASSERT_TRUE(reading) << "a stored reading does not decode";
        held.insert(reading->id);
    }
    for (const auto& [reading, turn] : receipted_) {
        if (turn >= acknowledged || held.contains(reading)) continue;
        const auto found = storage.ledger().find_transaction(reading);
        ASSERT_TRUE(found && *found) << "a receipted reading is lost";
    }
}

void NodeDisk::expect_no_contradiction(std::size_t acknowledged, const Effects& effects,
                                       bool silent) const {
    for (const Said& each : NodeStory::statements(effects, story_.network().network())) {
        ASSERT_FALSE(silent) << "says " << each.first;
        const auto known = said_.find(each.first);
        if (known == said_.end() || known->second.second >= acknowledged) continue;
        ASSERT_EQ(each.second, known->second.first) << "says two things about " << each.first;
    }
}

}  // namespace fairfeed::test
