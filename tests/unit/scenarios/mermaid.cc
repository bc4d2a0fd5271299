#include "tests/unit/scenarios/mermaid.h"

#include <algorithm>
#include <array>
#include <sstream>

#include "tests/unit/scenarios/sequence_diagram.h"

namespace fairfeed::test {
namespace {

using Strings = std::vector<std::string>;

bool begins_with_any(const std::string& text, std::initializer_list<std::string_view> starts) {
    return std::any_of(starts.begin(), starts.end(),
                       [&](std::string_view start) { return text.starts_with(start); });
}

std::string joined(const Strings& words, std::size_t from, const std::string& between = " ") {
    std::string out;
    for (std::size_t i = from; i < words.size(); ++i)
        out += (i == from ? "" : between) + words[i];
    return out;
}

// ---- one replica: tests/unit/consensus/scenario_test.cc ----

class ReplicaPicture {
  public:
    explicit ReplicaPicture(const Scenario& scenario)
        : self_(words_of(scenario.lines.front().command).at(1)),
          diagram_(participants(std::stoi(words_of(scenario.lines.front().command).at(3)))) {
        for (const Scenario::Line& line : scenario.lines) {
            if (!line.command.starts_with("node ")) hear(words_of(line.command));
            for (const std::string& effect : line.effects)
                show(effect);
        }
    }
    [[nodiscard]] std::string text() const { return diagram_.text(); }

  private:
    static std::vector<std::pair<std::string, std::string>> participants(int count) {
        std::vector<std::pair<std::string, std::string>> out;
        for (char letter = 'a'; letter < 'a' + count; ++letter)
            out.emplace_back(std::string(1, letter), std::string(1, letter));
        out.emplace_back("others", "the others");
        return out;
    }
    void note(const std::string& text) { diagram_.note({self_}, text); }
    void hear(const Strings& words) {
        const std::string& verb = words[0];
        if (verb == "show") return;
        if (verb == "proposal" || verb == "prevotes" || verb == "precommits") {
            const std::string what = verb.ends_with('s') ? verb.substr(0, verb.size() - 1) : verb;
            for (const char from : words.at(1))
                diagram_.arrow(std::string(1, from), self_, what + " " + joined(words, 2));
        } else if (verb == "polka" || verb == "commit") {
            diagram_.arrow("others", self_, verb + " " + joined(words, 2) + " by " + words.at(1));
        } else if (verb == "flood") {
            const Strings place(words.begin() + 2, words.end() - 1);
            diagram_.arrow(words.at(1), self_,
                           words.back() + " votes from " + joined(place, 0) + " on");
        } else if (verb == "start") {
            note("height " + words.at(1) + " begins");
        } else if (verb == "restart") {
            note("power fails, restart at height " + words.at(1));
        } else if (verb == "wait") {
            note(words.at(1) + " ms pass");
        } else {
            note(joined(words, 0));
        }
    }
    void show(const std::string& effect) {
        if (effect.starts_with("send ")) {
            diagram_.arrow(self_, "others", effect.substr(5));
        } else if (effect.starts_with("persist ")) {
            note("on disk: " + effect.substr(8));
        } else {
            note(effect);
        }
    }

    std::string self_;
    SequenceDiagram diagram_;
};

// ---- whole nodes: tests/unit/node/story.h ----

class NodesPicture {
  public:
    // expand: one arrow for each of several nodes that say the same at one moment.
    NodesPicture(const Scenario& scenario, bool expand)
        : nodes_(nodes_of(scenario)), expand_(expand), diagram_(participants(nodes_)) {
        for (const Scenario::Line& line : scenario.lines) {
            if (!founds(line)) command(line.command);
            for (const std::string& effect : line.effects)
                deed(effect);
        }
    }
    [[nodiscard]] int arrows() const { return diagram_.arrows(); }
    [[nodiscard]] std::string text() const { return diagram_.text(); }

  private:
    // nodes 4 | chain of 4
    static bool founds(const Scenario::Line& line) {
        return line.command.starts_with("nodes ") || line.command.starts_with("chain ");
    }
    // "node-5 is new" adds a node to the existing ones.
    static int nodes_of(const Scenario& scenario) {
        int nodes = 0;
        for (const auto& line : scenario.lines) {
            const Strings words = words_of(line.command);
            if (founds(line)) nodes = std::max(nodes, std::stoi(words.back()));
            if (!words.empty() && words.back() == "new") {
                nodes = std::max(nodes, std::stoi(words.front().substr(5)));
            }
        }
        return nodes;
    }
    static std::string id(std::string node) {
        std::erase(node, '-');
        return node;
    }
    static bool is_node(const std::string& word) {
        return word.starts_with("node-") && word.find_first_not_of("0123456789", 5) == word.npos;
    }
    static std::vector<std::pair<std::string, std::string>> participants(int nodes) {
        std::vector<std::pair<std::string, std::string>> out{{"meters", "meters"}};
        for (int i = 1; i <= nodes; ++i) {
            const std::string name = "node-" + std::to_string(i);
            out.emplace_back(id(name), name);
        }
        out.emplace_back("everybody", "everybody");
        return out;
    }
    [[nodiscard]] Strings all() const { return {"node1", "node" + std::to_string(nodes_)}; }

    void command(const std::string& line) {
        const Strings words = words_of(line);
        if (words[0] == "show") return;
        const bool is_meters = words[0].starts_with("meter-") || words[0] == "twin" ||
                               (words[0] == "all" && words[1] == "read");
        if (is_meters && words.size() > 1 && words[1] != "measures")
            return from_meters(line, words);
        static constexpr std::array kLies{"claims",   "gives",     "batches", "votes",
                                          "proposes", "certifies", "shows"};
        if (is_node(words[0]) && std::find(kLies.begin(), kLies.end(), words[1]) != kLies.end()) {
            const std::string& to = words[1] == "gives" ? words[2] : words.back();
            if (is_node(to)) return diagram_.arrow(id(words[0]), id(to), joined(words, 1));
        }
        Strings over;
        for (const std::string& word : words) {
            if (is_node(word)) over.push_back(id(word));
        }
        diagram_.note(over.empty() ? all() : over, line);
    }
    void from_meters(const std::string& line, const Strings& words) {
        const auto to = std::find(words.begin(), words.end(), "to");
        const std::string text = line.substr(0, line.find(" to "));
        if (to == words.end()) return diagram_.arrow("meters", "everybody", text);
        for (auto node = to + 1; node != words.end(); ++node)
            diagram_.arrow("meters", id(*node), text);
    }

    // +59 node-1 node-2: prevotes block A ..
    void deed(const std::string& line) {
        const std::size_t colon = line.find(": ");
        Strings who = words_of(line.substr(0, colon));
        const std::string after = who.front() == "+0" ? "" : who.front() + " ms: ";
        who.erase(who.begin());
        const std::string what = line.substr(colon + 2);
        if (what.starts_with("keeps its ")) return;
        const std::string to = addressee(what);
        if (to.empty() || (who.size() > 1 && (!expand_ || to == "meters"))) {
            return together(who, after + what);
        }
        for (const std::string& node : who)
            diagram_.arrow(id(node), to, after + without_node(what));
    }
    // "" for statements without an addressee.
    static std::string addressee(const std::string& what) {
        const Strings words = words_of(what);
        if (begins_with_any(what, {"receipts ", "refuses ", "tells meter-"})) return "meters";
        if (begins_with_any(what, {"asks node-", "gives node-", "tells node-"})) {
            std::string node = words[1];
            std::erase(node, ':');
            return id(node);
        }
        const bool is_said =
            begins_with_any(what, {"says ", "endorses ", "proposes ", "prevotes ", "precommits ",
                                   "brings ", "passes on ", "objects ", "asks what "});
        return is_said ? "everybody" : "";
    }
    // The arrow shows the addressee, so "asks node-1 for 1 reading" becomes "asks for 1 reading".
    static std::string without_node(const std::string& what) {
        Strings words = words_of(what);
        if (words.size() < 2 || !words[1].starts_with("node-")) return what;
        if (words[1].ends_with(':')) words[0] += ':';
        words.erase(words.begin() + 1);
        return joined(words, 0);
    }
    void together(const Strings& who, const std::string& what) {
        Strings over;
        int first = nodes_;
        int last = 0;
        for (const std::string& node : who) {
            over.push_back(id(node));
            first = std::min(first, std::stoi(node.substr(5)));
            last = std::max(last, std::stoi(node.substr(5)));
        }
        const bool is_gapless = static_cast<std::size_t>(last - first + 1) == who.size();
        Strings sorted = who;
        std::sort(sorted.begin(), sorted.end());
        diagram_.note(over, is_gapless ? what : joined(sorted, 0, ", ") + ": " + what);
    }

    int nodes_;
    bool expand_;
    SequenceDiagram diagram_;
};

}  // namespace

std::string to_mermaid(const Scenario& scenario) {
    if (scenario.name.starts_with("consensus_")) return ReplicaPicture(scenario).text();
    const NodesPicture full(scenario, true);
    if (full.arrows() <= kMaxArrows) return full.text();
    return NodesPicture(scenario, false).text();
}

}  // namespace fairfeed::test
