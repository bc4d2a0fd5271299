#include "tests/unit/node/story.h"

#include <algorithm>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "edge-node/node/signing_words.h"

namespace fairfeed::test {
namespace {

constexpr std::string_view kIndent = "    ";
const std::string kNothing;

// An alarm without the parts that differ from run to run (hashes) and without its advice.
std::string gist(std::string alarm) {
    alarm.resize(std::min(alarm.find(';'), alarm.size()));
    const std::size_t hashes = alarm.find(" (ours");
    if (hashes != std::string::npos) {
        alarm.erase(hashes, alarm.find(')', hashes) + 1 - hashes);
    }
    return alarm;
}

}  // namespace

Words::Words(const std::string& line) {
    std::istringstream in(line);
    for (std::string word; in >> word;)
        words_.push_back(word);
}

const std::string& Words::operator[](std::size_t i) const {
    return i < words_.size() ? words_[i] : kNothing;
}

bool Words::has(const std::string& word) const {
    return std::find(words_.begin(), words_.end(), word) != words_.end();
}

const std::string& Words::after(const std::string& word) const {
    for (std::size_t i = 0; i + 1 < words_.size(); ++i) {
        if (words_[i] == word) return words_[i + 1];
    }
    unknown();
}

std::vector<NodeId> Words::nodes_after(const std::string& word) const {
    std::vector<NodeId> out;
    const auto found = std::find(words_.begin(), words_.end(), word);
    if (found == words_.end()) return out;
    for (auto at = found + 1; at != words_.end() && at->starts_with("node-"); ++at)
        out.emplace_back(*at);
    return out;
}

std::int64_t Words::number_after(const std::string& word) const {
    return std::stol(after(word));
}

Window Words::window() const {
    return static_cast<Window>(number_after("window"));
}

void Words::unknown() const {
    std::string line;
    for (const std::string& word : words_)
        line += word + " ";
    throw std::invalid_argument("no such command: " + line);
}

std::string BlockNames::of(const std::optional<Digest>& block) {
    if (!block) return "nil";
    const auto letter = static_cast<char>('A' + letters_.size());
    return std::string("block ") + letters_.try_emplace(*block, letter).first->second;
}

std::string Story::retell(const std::string& told) {
    Story story;
    std::istringstream in(told);
    std::string out;
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with(kIndent)) continue;
        out += line + "\n";
        if (line.empty() || line.starts_with("#")) continue;
        story.follow(Words(line));
        for (const Deed& deed : std::exchange(story.deeds_, {})) {
            out += std::string(kIndent) + "+" + std::to_string(deed.after_ms) + " " + deed.nodes +
                   ": " + deed.what + "\n";
        }
    }
    return out;
}

// late readings for a day | nodes 4 | chain of 4 | window 0 ends | 500 ms pass | show node-1 | dgmd
// registers node-5 | dgmd revokes node-5; the rest in story_meters.cc, story_faults.cc and
// story_liars.cc.
void Story::follow(const Words& words) {
    if (words[0] == "nodes" || words[0] == "chain") return begin(words);
    if (words[0] == "late") return close_after_a_day();
    if (!world_) words.unknown();
    since_ms_ = world_->now().steady_ms;
    if (words[0] == "window" && words[2] == "ends") return world_->go_to_end_of(words.window());
    if (words[1] == "ms") return world_->run_for(std::stol(words[0]));
    if (words[0] == "show") return show(NodeId(words[1]));
    if (is_of_meters(words)) return follow_meters(words);
    if (words[0] == "dgmd") return change_validators(words);
    if (!follow_faults(words) && !follow_liars(words)) words.unknown();
}

void Story::begin(const Words& words) {
    constexpr std::int64_t kUntilStartedMs = 10;  // until all have answered each other (R22)
    is_of_chain_ = words[0] == "chain";
    TestNetworkOptions options = lab(std::stoul(words[words.size() - 1]), 1);
    options.meters_per_cluster = 2;
    options.parameters.close_after_s = close_after_s_;
    world_ = std::make_unique<NodeWorld>(options);
    world_->run_for(kUntilStartedMs);
    world_->watch([this](const NodeId& node, const Effect& effect) { hear(node, effect); });
}

void Story::change_validators(const Words& words) {
    const NodeId node(words[2]);
    if (words[1] == "registers") {
        world_->say_as_dgmd(NodeRegistration{0,
                                             node,
                                             signing_key(node.str()).public_key(),
                                             agreement_key(node.str()).public_key(),
                                             {}});
    } else if (words[1] == "revokes") {
        world_->say_as_dgmd(NodeRevocation{0, node});
    } else {
        words.unknown();
    }
}

void Story::hear(const NodeId& node, const Effect& effect) {
    if (const auto* batch = std::get_if<PersistBatch>(&effect)) {
        batches_.insert_or_assign(batch->cluster, batch->batch);
    }
    if (is_of_chain_ && is_of_committee(effect)) return;
    BlockNames* const names = is_of_chain_ ? &blocks_ : nullptr;
    const std::string did = test::tell(effect, world_->network().network(), names);
    if (did.empty()) return;
    if (!told_.insert(node.str() + did).second && !is_answer(effect)) return;
    const bool is_of_chain = std::holds_alternative<CommitBlock>(effect) ||
                             std::holds_alternative<PersistSafety>(effect);
    if (is_of_chain || !blocks_alone_are_told_) tell(node.str(), did);
}

bool Story::is_answer(const Effect& effect) const {
    const auto* said = std::get_if<Publish>(&effect);
    return said != nullptr && world_->now().steady_ms == since_ms_ &&
           (said->topic.channel == Channel::receipt || said->topic.channel == Channel::refusal);
}

void Story::tell(const std::string& who, const std::string& what) {
    const std::int64_t after_ms = world_->now().steady_ms - since_ms_;
    const auto same = std::find_if(deeds_.begin(), deeds_.end(), [&](const Deed& deed) {
        return deed.after_ms == after_ms && deed.what == what;
    });
    if (same != deeds_.end()) {
        same->nodes += " " + who;
    } else {
        deeds_.push_back({after_ms, who, what});
    }
}

// What the node's status says.
void Story::show(const NodeId& node) {
    const NodeSummary now = world_->node(node).summary();
    const auto say = [&](const std::string& what) { tell(node.str(), what); };
    say("is at height " + std::to_string(now.height) + ", " +
        std::string(signing_state(now.consensus, now.starting)));
    for (const auto& [peer, reasons] : now.refused_from) {
        for (const auto& [reason, count] : reasons)
            say("refused from " + peer.str() + ": " + reason + " " + std::to_string(count));
    }
    for (const auto& [culprit, count] : now.accused)
        say("knows evidence against " + culprit + ": " + std::to_string(count));
    for (const auto& [meter, from] : now.tampered)
        say("knows " + meter.str() + " tampered with from window " + std::to_string(from) + " on");
    for (const auto& [meter, windows] : now.silent)
        say(meter.str() + " silent for " + std::to_string(windows) + " windows");
    for (const auto& [meter, reason] : now.unusable)
        say(meter.str() + " talks, and is refused: " + reason);
    for (const auto& [meter, windows] : now.over_certified)
        say(meter.str() + " generates more than certified; windows: " + std::to_string(windows));
    if (now.blocks_damaged > 0) say("blocks damaged: " + std::to_string(now.blocks_damaged));
    if (now.blocks_mended > 0) say("blocks mended: " + std::to_string(now.blocks_mended));
    for (const auto& [reason, count] : now.rejected)
        say("readings rejected: " + reason + " " + std::to_string(count));
    for (const std::string& alarm : now.alarms)
        say("alarm: " + gist(alarm));
}

}  // namespace fairfeed::test
