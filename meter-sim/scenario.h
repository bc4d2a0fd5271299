// A scenario: what happens to the meters of a network in the course of simulated time, and what
// must be so at its end. Plain values, as read from a file (scenario_file.h). Times are grid
// seconds after the scenario's beginning, the first midnight after the program's start. Meters and
// nodes of an event are never empty lists: "all" has been spelt out.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "core/base/ids.h"
#include "meter-sim/link_model.h"

namespace fairfeed {

// Lines from these meters to the brokers of these nodes.
struct ScenarioLines {
    std::set<MeterId> meters;
    std::set<NodeId> nodes;
    [[nodiscard]] bool covers(const MeterId& meter, const NodeId& node) const {
        return meters.contains(meter) && nodes.contains(node);
    }
};

namespace scenario_event {

// Also a node that is off: no meter reaches its broker.
struct Outage {
    ScenarioLines lines;
};
// Replaces what it names of the conditions of `link` in meter-sim.yaml.
struct LinkFault {
    ScenarioLines lines;
    std::optional<std::int64_t> delay_ms;
    std::optional<std::int64_t> jitter_ms;
    std::optional<std::int64_t> loss_ppm;
    std::optional<std::int64_t> duplicate_ppm;
};
struct Tampering {  // the meters are opened: their seals break
    std::set<MeterId> meters;
};
struct AddedPv {
    std::set<MeterId> meters;
    std::int64_t watts = 0;  // nominal power of the panels of each
};
struct WrongClock {
    std::set<MeterId> meters;
    std::int64_t ahead_s = 0;  // grid seconds; negative: behind
};

}  // namespace scenario_event

struct ScenarioEvent {
    std::int64_t from_s = 0;
    std::int64_t until_s = INT64_MAX;  // INT64_MAX: it does not end
    std::variant<scenario_event::Outage, scenario_event::LinkFault, scenario_event::Tampering,
                 scenario_event::AddedPv, scenario_event::WrongClock>
        what;
    std::string words;  // for people
};

// Who must have seen something: the meters themselves, by receipts and shares, or the nodes, by
// their status files.
enum class ScenarioFact {
    settled,         // windows, at least
    estimated,       // windows, exactly
    trued_up,        // windows, exactly
    shares,          // of so many settlements, at least
    curtailed,       // 1: a share limits each of these meters; 0: none of them
    seal_broken,     // exactly these meters
    over_certified,  // exactly these meters; nodes only
    node_alarms,     // their number in each status; nodes only
};
[[nodiscard]] constexpr bool is_known_to_nodes_only(ScenarioFact fact) {
    return fact == ScenarioFact::over_certified || fact == ScenarioFact::node_alarms;
}

struct ScenarioExpectation {
    ScenarioFact fact = ScenarioFact::settled;
    std::set<MeterId> meters;
    bool of_all = false;  // `meters` are all: for people
    std::int64_t count = 0;
};

struct Scenario {
    std::string name;
    std::int64_t ends_s = 0;
    std::int64_t patience_s = 0;        // after the end, for expectations that are not met yet
    std::vector<ScenarioEvent> events;  // as in the file
    std::vector<ScenarioExpectation> expectations;
};

}  // namespace fairfeed
