#include "tests/unit/node/story.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace fairfeed::test {
namespace {

constexpr std::string_view kIndent = "    ";

std::vector<std::string> split(const std::string& line) {
    std::istringstream in(line);
    std::vector<std::string> words;
    for (std::string word; in >> word;)
        words.push_back(word);
    return words;
}

[[noreturn]] void unknown(const std::vector<std::string>& words) {
    std::string line;
    for (const std::string& word : words)
        line += word + " ";
    throw std::invalid_argument("no such command: " + line);
}

Window window_in(const std::vector<std::string>& words) {
    for (std::size_t i = 0; i + 1 < words.size(); ++i) {
        if (words[i] == "window") return static_cast<Window>(std::stoul(words[i + 1]));
    }
    unknown(words);
}

}  // namespace

std::string Story::retell(const std::string& told) {
    Story story;
    std::istringstream in(told);
    std::string out;
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with(kIndent)) continue;
        out += line + "\n";
        if (line.empty() || line.starts_with("#")) continue;
        story.follow(line);
        for (const Deed& deed : std::exchange(story.deeds_, {})) {
            out += std::string(kIndent) + "+" + std::to_string(deed.after_ms) + " " + deed.nodes +
                   ": " + deed.what + "\n";
        }
    }
    return out;
}

// nodes 4 | window 0 ends | 500 ms pass | meter-1-1 reads window 0 [to node-1 ..] | meter-1-1 sends
// window 0 [to ..] | all read window 0 | node-1 crashes | node-1 starts | node-1 and node-2 are cut
// | links heal
void Story::follow(const std::string& line) {
    const Words words = split(line);
    if (words.size() < 2) unknown(words);
    if (words[0] == "nodes") return begin(words);
    if (!world_) unknown(words);
    since_ms_ = world_->now().steady_ms;
    if (words[0] == "window" || words[1] == "ms") return pass(words);
    if (words[0] == "all" || words[1] == "reads" || words[1] == "sends") return read(words);
    strike(words);
}

void Story::begin(const Words& words) {
    TestNetworkOptions options = lab(std::stoul(words[1]), 1);
    options.meters_per_cluster = 2;
    world_ = std::make_unique<NodeWorld>(options);
    world_->watch([this](const NodeId& node, const Effect& effect) { hear(node, effect); });
}

void Story::hear(const NodeId& node, const Effect& effect) {
    const std::string did = tell(effect, world_->network().network());
    if (did.empty() || !told_.insert(node.str() + did).second) return;
    const std::int64_t after_ms = world_->now().steady_ms - since_ms_;
    const auto same = std::find_if(deeds_.begin(), deeds_.end(), [&](const Deed& deed) {
        return deed.after_ms == after_ms && deed.what == did;
    });
    if (same != deeds_.end()) {
        same->nodes += " " + node.str();
    } else {
        deeds_.push_back({after_ms, node.str(), did});
    }
}

void Story::pass(const Words& words) {
    if (words[1] == "ms") return world_->run_for(std::stol(words[0]));
    world_->go_to_end_of(window_in(words));
}

void Story::read(const Words& words) {
    const Window window = window_in(words);
    if (words[0] == "all") return world_->measure(window, 900);
    const MeterId meter(words[0]);
    const bool producer = world_->first_state().capacity_w(meter, window) > 0;
    const QuarterHour quarter = producer ? QuarterHour{0, 900, 900} : QuarterHour{100, 0, 0};
    auto& kept = readings_[{meter, window}];
    if (words[1] == "reads") {
        kept = world_->meter(meter).read(window, flat_profile(world_->first_state(), quarter));
    }
    if (!kept) unknown(words);
    send(*kept, words);
}

void Story::send(const OpenedReading& reading, const Words& words) {
    std::vector<NodeId> to;
    for (std::size_t i = 5; i < words.size(); ++i)  // meter, reads, window, number, to
        to.emplace_back(words[i]);
    world_->publish_reading(reading, to);
}

void Story::strike(const Words& words) {
    const NodeId node(words[0]);
    if (words[1] == "crashes") return world_->crash(node);
    if (words[1] == "starts") {
        std::erase_if(told_, [&](const auto& said) { return said.starts_with(node.str()); });
        return world_->restart(node);
    }
    if (words[0] == "links") return world_->heal();
    if (words[1] != "and" || words.size() < 3) unknown(words);
    world_->cut(node, NodeId(words[2]));
}

}  // namespace fairfeed::test
