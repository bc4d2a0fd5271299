// What a town's run says to people and to programs. Pure.
#pragma once

#include <optional>
#include <string>

#include "core/io/json.h"
#include "tests/simulation/town.h"
#include "tests/simulation/town_table.h"

namespace fairfeed::simulation {

struct TownCost {
    std::int64_t wall_ms = 0;
    std::int64_t cpu_ms = 0;
    std::int64_t memory_kib = 0;  // of the largest process
};

[[nodiscard]] bool is_sound(const TownRun& run, const std::vector<TownRow>& rows);
// "A town of 1 008 clusters with 20 meters each, in 16 chains of 63 nodes; 1 window of 300 s".
[[nodiscard]] std::string headline_of(const TownPlan& plan);
[[nodiscard]] std::string town_text(const TownPlan& plan, const TownRun& run,
                                    const std::vector<TownRow>& rows, const TownCost& cost);
// What town_json() needs for the same report: the counts can be compared with the page again, and
// no town has to run for that.
struct KeptTown {
    TownPlan plan;
    TownRun run;
    TownCost cost;
};
// nullopt: this is no output of town_json().
[[nodiscard]] std::optional<KeptTown> town_from(const Json& json);
[[nodiscard]] Json town_json(const TownPlan& plan, const TownRun& run,
                             const std::vector<TownRow>& rows, const TownCost& cost);

}  // namespace fairfeed::simulation
