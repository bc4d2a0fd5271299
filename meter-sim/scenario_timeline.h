// ScenarioTimeline: what a scenario does to a fleet, as time passes. step(now) returns the effects
// of every event that has begun or ended since the last step; the fleet performs them. In between
// it answers how a line is at present. Times are grid seconds after the scenario's beginning. Pure;
// one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "meter-sim/scenario.h"

namespace fairfeed {

namespace scenario_effect {

struct LinesChanged {};  // conditions() or is_down() may have changed, of any line
struct OpenMeter {
    MeterId meter;
};
struct SetClock {  // 0: right again
    MeterId meter;
    std::int64_t ahead_s = 0;  // grid seconds
};
struct Tell {  // for the log
    std::int64_t at_s = 0;
    std::string words;
    bool begins = true;
};

}  // namespace scenario_effect
using ScenarioEffect = std::variant<scenario_effect::LinesChanged, scenario_effect::OpenMeter,
                                    scenario_effect::SetClock, scenario_effect::Tell>;

class ScenarioTimeline {
  public:
    explicit ScenarioTimeline(std::vector<ScenarioEvent> events);

    [[nodiscard]] std::vector<ScenarioEffect> step(std::int64_t now_s);
    // When step() has something again; INT64_MAX: never.
    [[nodiscard]] std::int64_t next_s() const;
    // What a fleet must do that starts in the middle: everything that is in force, without Tell.
    [[nodiscard]] std::vector<ScenarioEffect> in_force() const;

    // As of the last step. Of events that name the same, the later in the file applies.
    [[nodiscard]] LinkConditions conditions(const MeterId& meter, const NodeId& node,
                                            const LinkConditions& base) const;
    [[nodiscard]] bool is_down(const MeterId& meter, const NodeId& node) const;

  private:
    struct Turn {
        std::int64_t at_s = 0;
        bool begins = true;
        std::size_t event = 0;
    };
    void add_effects(const Turn& turn, std::vector<ScenarioEffect>& out) const;
    [[nodiscard]] std::int64_t clock_ahead_s(const MeterId& meter) const;

    std::vector<ScenarioEvent> events_;
    std::vector<Turn> turns_;  // by time; at one time ends come first, then the order of the file
    std::size_t next_ = 0;
    std::vector<bool> active_;  // by event
};

}  // namespace fairfeed
