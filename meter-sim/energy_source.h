// The energy of a simulated meter: load and available (uncurtailed) generation of any quarter hour
// since the grid epoch, past ones included. A pure function, so a meter that was switched off can
// measure what it missed, and a restart continues with the same energy.
#pragma once

#include <cstdint>
#include <functional>

#include "core/model/profile.h"

namespace fairfeed {

// The energy of a quarter hour, and what runs through both registers of the meter in it: a home
// that imports in one minute and exports in the next has both. `both_ways_wh` is at most the load
// and at most the available generation, and no share changes it.
struct SourceEnergy : QuarterEnergy {
    SourceEnergy() = default;
    SourceEnergy(const QuarterEnergy& energy) : QuarterEnergy(energy) {}  // NOLINT: no both ways
    SourceEnergy(std::int64_t load, std::int64_t available, std::int64_t both_ways = 0)
        : QuarterEnergy{load, available}, both_ways_wh(both_ways) {}

    std::int64_t both_ways_wh = 0;
};

// `quarter` >= 0 counts from the grid epoch; no energy is negative.
using EnergySource = std::function<SourceEnergy(std::int64_t quarter)>;

}  // namespace fairfeed
