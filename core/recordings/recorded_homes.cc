#include "core/recordings/recorded_homes.h"

#include <algorithm>

#include "core/base/units.h"

namespace fairfeed {

namespace {

constexpr std::int64_t kMilliPerUnit = 1000;
constexpr std::int64_t kQuartersPerHour = kSecondsPerHour / kSecondsPerQuarter;
constexpr std::int64_t kCapacityStepW = 500;

}  // namespace

RecordedQuarter RecordedHome::quarter(std::int64_t quarter) const {
    if (!metered) return {load.quarter_wh(quarter), pv.quarter_wh(quarter), 0};
    const std::int64_t import_wh = metered->imported.quarter_wh(quarter);
    const std::int64_t export_wh = metered->exported.quarter_wh(quarter);
    const std::int64_t own_wh = metered->own_use.quarter_wh(quarter);
    return {import_wh + own_wh, export_wh + own_wh, std::min(import_wh, export_wh)};
}

const RecordedHome* RecordedHomes::find(std::string_view name) const {
    const auto found = std::find_if(homes.begin(), homes.end(),
                                    [&](const RecordedHome& home) { return home.name == name; });
    return found == homes.end() ? nullptr : &*found;
}

std::string hours_text(std::int64_t quarters) {
    static constexpr const char* kParts[] = {"", ".25", ".5", ".75"};
    return std::to_string(quarters / kQuartersPerHour) + kParts[quarters % kQuartersPerHour] +
           (quarters == kQuartersPerHour ? " hour" : " hours");
}

std::int64_t recorded_capacity_w(const RecordedHome& home) {
    // A quarter hour with registers is a sum of two rounded energies: at most 1 Wh more than exact.
    const std::int64_t rounding_mw =
        home.metered && home.pv.peak_mw() > 0 ? kQuartersPerHour * kMilliPerUnit : 0;
    const std::int64_t step_mw = kCapacityStepW * kMilliPerUnit;
    return (home.pv.peak_mw() + rounding_mw + step_mw - 1) / step_mw * kCapacityStepW;
}

}  // namespace fairfeed
