// The two energy sources a meter can have: a recorded home, or the built-in model of load and sun.
#pragma once

#include <cstdint>
#include <memory>

#include "core/base/ids.h"
#include "core/recordings/recorded_homes.h"
#include "meter-sim/energy_source.h"

namespace fairfeed {

// Quarter 0 is the recording's first quarter hour.
[[nodiscard]] EnergySource recorded_source(std::shared_ptr<const RecordedHome> home);

struct ModelSettings {
    std::uint64_t seed = 0;
    std::int64_t latitude_mdeg = 50'000;
    std::int64_t pv_w = 0;          // nominal power of the panels; 0: none
    std::int64_t grid_epoch_s = 0;  // when quarter 0 begins
};
[[nodiscard]] EnergySource model_source(const MeterId& meter, const ModelSettings& settings);

}  // namespace fairfeed
