// A whole town: its chains one after the other, in as many processes as are wanted.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tests/simulation/town_plan.h"
#include "tests/simulation/town_tally.h"

namespace fairfeed::simulation {

struct TownRun {
    TownTally tally;
    std::vector<std::string> faults;  // empty: all chains settled everything
};

struct TownProgressReport {
    std::size_t chains_done = 0;
    std::uint64_t settled = 0;  // windows of clusters
    std::int64_t permille = 0;  // of the whole
};
using TownWatcher = std::function<void(const TownProgressReport&)>;

// `jobs` processes, at least one. `watch` is called as the work goes on.
[[nodiscard]] TownRun run_town(const TownPlan& plan, std::size_t jobs, const TownWatcher& watch);

}  // namespace fairfeed::simulation
