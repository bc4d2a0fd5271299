// ScenarioStage: a scenario on its way through `meter-sim run`: read from its file, matched with
// the meters of the plan, begun at the next midnight of the grid clock, judged at its end. Reads
// the status files of nodes; everything else is pure (meter-sim/scenario*.h). One thread.
#pragma once

#include <filesystem>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/io/json.h"
#include "meter-sim/fleet_plan.h"
#include "meter-sim/fleet_script.h"
#include "meter-sim/scenario.h"
#include "meter-sim/scenario_verdict.h"
#include "meter-sim/sim_config.h"

namespace fairfeed {

class ScenarioStage {
  public:
    // Errors: one line each, as for a person.
    [[nodiscard]] static Result<std::unique_ptr<ScenarioStage>, std::vector<std::string>> prepare(
        const std::filesystem::path& file, const std::vector<std::filesystem::path>& statuses,
        const FleetPlan& plan, const Instant& now);

    // Adds the panels of the timeline to the meters of a plan, from their time on.
    void add_panels(const SimConfig& config, FleetPlan& plan) const;
    [[nodiscard]] FleetScript& script() { return *script_; }

    void announce(std::ostream& out) const;
    void print(std::ostream& out) const;
    // {"name", "begins", "ends", "over", "ok", "expectations"}
    [[nodiscard]] Json to_json() const;
    // It was played to its end, and every expectation is met.
    [[nodiscard]] bool is_over() const { return is_over_; }
    [[nodiscard]] bool is_met() const { return is_over_ && all_met(rows_); }

  private:
    ScenarioStage(Scenario scenario, const NetworkParameters& parameters, std::int64_t begin_s,
                  std::vector<std::filesystem::path> statuses);
    [[nodiscard]] bool look(const Instant& now);
    [[nodiscard]] std::string grid_text(std::int64_t seconds) const;

    Scenario scenario_;
    NetworkParameters parameters_;
    GridClock grid_;
    std::int64_t begin_s_;
    std::vector<std::filesystem::path> statuses_;
    std::vector<NodeFacts> nodes_;
    std::unique_ptr<FleetScript> script_;
    std::vector<ScenarioRow> rows_;
    bool is_over_ = false;
};

}  // namespace fairfeed
