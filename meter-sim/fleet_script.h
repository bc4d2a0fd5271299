// What a scenario adds to a fleet: the timeline that it performs, the witness that hears its
// effects, and the question whether the scenario is over. Outlives the fleets that play it.
#pragma once

#include <cstdint>
#include <functional>

#include "core/base/units.h"
#include "meter-sim/scenario_timeline.h"
#include "meter-sim/scenario_witness.h"

namespace fairfeed {

struct FleetScript {
    ScenarioTimeline timeline;
    ScenarioWitness witness;
    std::int64_t begin_s = 0;                     // grid time at which the scenario begins
    std::function<bool(const Instant&)> is_over;  // asked about once a second
};

}  // namespace fairfeed
