// The verdict on a scenario: each expectation beside what was seen. What meters know comes from
// their ScenarioWitness. Where status files of nodes are given, they decide what was estimated,
// trued up and alarmed, because only a node knows that. Pure.
#pragma once

#include <string>
#include <vector>

#include "core/io/json.h"
#include "meter-sim/scenario.h"
#include "meter-sim/scenario_witness.h"

namespace fairfeed {

// A node's status file (docs/operations.md) when the scenario began, and now.
struct NodeFacts {
    std::string node;
    Json before;
    Json now;
};

struct ScenarioRow {
    std::string what;      // "settled"
    std::string about;     // "all meters"
    std::string expected;  // "at least 6 windows"
    std::string seen;      // "5 windows (m-101)"
    std::string source;    // "shares", "status of n1"
    bool met = false;
};

[[nodiscard]] std::vector<ScenarioRow> judge(const Scenario& scenario,
                                             const ScenarioWitness& witness,
                                             const std::vector<NodeFacts>& nodes);
[[nodiscard]] bool all_met(const std::vector<ScenarioRow>& rows);

// The rows in columns, a line each, for people.
[[nodiscard]] std::vector<std::string> table_of(const std::vector<ScenarioRow>& rows);
[[nodiscard]] Json to_json(const std::vector<ScenarioRow>& rows);

}  // namespace fairfeed
