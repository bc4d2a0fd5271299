// The energy of a simulated meter: load and available (uncurtailed) generation of any quarter hour
// since the grid epoch, past ones included. A pure function, so a meter that was switched off can
// measure what it missed, and a restart continues with the same energy.
#pragma once

#include <cstdint>
#include <functional>

#include "core/model/profile.h"

namespace fairfeed {

// `quarter` >= 0 counts from the grid epoch; both energies are never negative.
using EnergySource = std::function<QuarterEnergy(std::int64_t quarter)>;

}  // namespace fairfeed
