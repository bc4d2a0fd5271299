// Reads a scenario from YAML (docs/meter-scenarios.md describes every key). Also the keys of a
// link's conditions, which meter-sim.yaml has as well.
#pragma once

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/io/yaml_file.h"
#include "meter-sim/scenario.h"

namespace fairfeed {

// What a scenario may name.
struct ScenarioCast {
    std::set<MeterId> meters;
    std::set<NodeId> nodes;           // of the committees of these meters
    std::int64_t window_seconds = 0;  // grid
    bool has_status = false;          // status files of nodes are at hand
};

// Reports all errors at once, one line each: file:line:column: what is wrong.
[[nodiscard]] Result<Scenario, std::vector<std::string>> load_scenario(
    const std::filesystem::path& file, const ScenarioCast& cast);

// delay_ms, jitter_ms, loss_percent and duplicate_percent of this map; absent ones are nullopt.
[[nodiscard]] scenario_event::LinkFault read_link_keys(const YamlView& map);
// What `fault` names, in place of what `before` has.
[[nodiscard]] LinkConditions replaced(LinkConditions before,
                                      const scenario_event::LinkFault& fault);

}  // namespace fairfeed
