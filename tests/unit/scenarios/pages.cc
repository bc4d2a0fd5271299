#include "tests/unit/scenarios/pages.h"

#include <algorithm>
#include <array>
#include <regex>
#include <set>
#include <sstream>

#include "tests/unit/scenarios/mermaid.h"

namespace fairfeed::test {
namespace {

std::string kind_of(const Scenario& scenario) {
    return scenario.name.substr(0, scenario.name.find('_'));
}

std::string link_to(const Scenario& scenario) {
    return "[" + scenario.name + "](scenarios/" + kind_of(scenario) + ".md#" + scenario.name + ")";
}

std::string links(const std::vector<Scenario>& scenarios, const auto& names_it) {
    std::string out;
    for (const Scenario& scenario : scenarios) {
        if (names_it(scenario)) out += (out.empty() ? "" : ", ") + link_to(scenario);
    }
    return out;
}

std::string section(const Scenario& scenario) {
    std::string out = "## " + scenario.name + "\n" + scenario.prose + "\n\n";
    std::string rules;
    for (const std::string& rule : scenario.rules)
        rules += (rules.empty() ? "" : ", ") + rule;
    for (const int rule : scenario.committee) {
        const bool is_first = rule == scenario.committee.front();
        rules += (rules.empty() ? "" : ", ") + std::string(is_first ? "committee rule " : "") +
                 std::to_string(rule);
    }
    out += "Rules: " + rules + ". [As text](../../tests/scenarios/" + scenario.name + ".txt).\n\n";
    for (const std::string& damage : scenario.avoids)
        out += "- Avoids: " + damage + "\n";
    if (!scenario.avoids.empty()) out += "\n";
    return out + "```mermaid\n" + to_mermaid(scenario) + "```\n";
}

}  // namespace

Rulebook read_rulebook(const std::string& chain_rules, const std::string& protocol) {
    const auto order = [](const std::string& a, const std::string& b) {
        return std::pair(a[0], std::stoi(a.substr(1))) < std::pair(b[0], std::stoi(b.substr(1)));
    };
    std::set<std::string, decltype(order)> named(order);
    const std::regex rule(R"(\b(R[0-9]+|A[0-2])\b)");
    for (std::sregex_iterator it(chain_rules.begin(), chain_rules.end(), rule), end; it != end;
         ++it)
        named.insert(it->str());
    Rulebook out{{named.begin(), named.end()}, {}};
    std::istringstream in(protocol.substr(protocol.find("## 8. Committee rules")));
    std::string line;
    std::getline(in, line);
    while (std::getline(in, line) && !line.starts_with("## ")) {
        std::smatch match;
        if (std::regex_search(line, match, std::regex(R"(^([0-9]+)\. )"))) {
            out.committee.push_back(std::stoi(match[1]));
        }
    }
    return out;
}

std::string make_index(const Rulebook& rules, const std::vector<Scenario>& scenarios) {
    std::string out = "\n## Chain rules\n\n| rule | stories |\n|---|---|\n";
    for (const std::string& rule : rules.chain) {
        out += "| " + rule + " | " +
               links(scenarios,
                     [&](const Scenario& each) {
                         return std::count(each.rules.begin(), each.rules.end(), rule) > 0;
                     }) +
               " |\n";
    }
    out += "\n## Committee rules\n\n| rule | stories |\n|---|---|\n";
    for (const int rule : rules.committee) {
        out += "| " + std::to_string(rule) + " | " +
               links(scenarios,
                     [&](const Scenario& each) {
                         return std::count(each.committee.begin(), each.committee.end(), rule) > 0;
                     }) +
               " |\n";
    }
    out += "\n## Damage avoided\n\n| damage, and whose bug it was | story |\n|---|---|\n";
    for (const Scenario& scenario : scenarios) {
        for (const std::string& damage : scenario.avoids)
            out += "| " + damage + " | " + link_to(scenario) + " |\n";
    }
    return out;
}

std::map<std::string, std::string> make_pages(const std::vector<Scenario>& scenarios) {
    static constexpr std::array<std::array<const char*, 3>, 3> kKinds{
        {{"consensus", "One validator",
          "What one replica hears, and what comes of it. Validators are a, b, c, .. in proposer "
          "order, blocks are letters; `h1 r0 propose locked V@0 valid V@0` is height, round, step "
          "and the marks of the paper."},
         {"nodes", "Whole nodes and the chain",
          "Four nodes with their chain; times are virtual milliseconds since the line above."},
         {"committee", "Committees",
          "The parent of cluster 1 is node-1, its neighbours are the next three nodes; its meters "
          "are meter-1-1, which generates, and meter-1-2, which consumes."}}};
    std::map<std::string, std::string> out;
    for (const auto& [kind, title, intro] : kKinds) {
        std::string page = std::string("# Stories: ") + title + "\n\n" + intro +
                           " Made by the scenarios_test ([all stories](../scenarios.md)).\n";
        for (const Scenario& scenario : scenarios) {
            if (kind_of(scenario) == kind) page += "\n" + section(scenario);
        }
        out[std::string("scenarios/") + kind + ".md"] = page;
    }
    return out;
}

}  // namespace fairfeed::test
