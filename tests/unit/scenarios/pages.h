// The pages of the docs that are generated from the stories: docs/scenarios.md from a marker on,
// and docs/scenarios/*.md.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/unit/scenarios/scenario_file.h"

namespace fairfeed::test {

// People write the part of docs/scenarios.md above the marker.
constexpr std::string_view kMarker = "<!-- From here on made by the scenarios_test. -->\n";

// The rules that stories may name, in the order of their documents.
struct Rulebook {
    std::vector<std::string> chain;  // A0, A1, A2, R1 ..: the rules in docs/chain-rules.md
    std::vector<int> committee;      // numbered in docs/protocol.md, section 8
};
[[nodiscard]] Rulebook read_rulebook(const std::string& chain_rules, const std::string& protocol);

// Tables: for each rule its stories, and for each avoided damage its story.
[[nodiscard]] std::string make_index(const Rulebook& rules, const std::vector<Scenario>& scenarios);
// One page per kind of story (the first word of its name), by path below docs/.
[[nodiscard]] std::map<std::string, std::string> make_pages(const std::vector<Scenario>& scenarios);

}  // namespace fairfeed::test
