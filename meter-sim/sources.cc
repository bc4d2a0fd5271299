#include "meter-sim/sources.h"

#include "core/base/units.h"
#include "meter-sim/load_profile.h"
#include "meter-sim/solar.h"

namespace fairfeed {

namespace {

constexpr std::int64_t kQuartersPerHour = kSecondsPerHour / kSecondsPerQuarter;

}  // namespace

EnergySource recorded_source(std::shared_ptr<const RecordedHome> home) {
    return [home = std::move(home)](std::int64_t quarter) {
        const RecordedQuarter energy = home->quarter(quarter);
        return SourceEnergy(energy.load_wh, energy.available_wh, energy.both_ways_wh);
    };
}

EnergySource model_source(const MeterId& meter, const ModelSettings& settings) {
    return [meter, settings](std::int64_t quarter) {
        const std::int64_t start_s = settings.grid_epoch_s + quarter * kSecondsPerQuarter;
        const std::int64_t load_w = household_load_w(settings.seed, meter, start_s);
        const std::int64_t solar_w =
            solar_power_w(settings.seed, settings.latitude_mdeg, settings.pv_w, start_s);
        return SourceEnergy(load_w / kQuartersPerHour, solar_w / kQuartersPerHour);
    };
}

}  // namespace fairfeed
