#include "core/recordings/energy_series.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/base/units.h"

namespace fairfeed {

namespace {

constexpr std::int64_t kMwhPerWh = 1000;
constexpr std::int64_t kQuartersPerHour = kSecondsPerHour / kSecondsPerQuarter;

}  // namespace

EnergySeries::EnergySeries(const std::vector<std::int64_t>& steps_mwh,
                           std::int64_t quarters_per_step)
    : quarters_per_step_(quarters_per_step) {
    CHECK(quarters_per_step == 1 || quarters_per_step == 2 || quarters_per_step == 4);
    if (steps_mwh.empty()) return;
    cumulative_mwh_.reserve(steps_mwh.size() + 1);
    cumulative_mwh_.push_back(0);
    for (const std::int64_t step : steps_mwh) {
        CHECK(step >= 0);
        const auto sum = checked_add(cumulative_mwh_.back(), step);
        CHECK(sum.has_value());
        cumulative_mwh_.push_back(*sum);
    }
}

std::int64_t EnergySeries::quarters() const {
    if (cumulative_mwh_.empty()) return 0;
    return quarters_per_step_ * (static_cast<std::int64_t>(cumulative_mwh_.size()) - 1);
}

std::int64_t EnergySeries::cumulative_wh(std::int64_t quarter) const {
    CHECK(quarter >= 0);
    if (cumulative_mwh_.empty()) return 0;
    const std::int64_t laps = quarter / quarters();
    const std::int64_t within = quarter % quarters();
    const auto step = static_cast<std::size_t>(within / quarters_per_step_);
    const std::int64_t before = cumulative_mwh_[step];
    const std::int64_t in_step = cumulative_mwh_[step + 1] - before;
    const Int128 parts_mwh = quarters_per_step_ * (Int128{laps} * total_mwh() + before) +
                             Int128{in_step} * (within % quarters_per_step_);
    const auto wh = narrow(parts_mwh / (quarters_per_step_ * kMwhPerWh));
    CHECK(wh.has_value());
    return *wh;
}

std::int64_t EnergySeries::quarter_wh(std::int64_t quarter) const {
    return cumulative_wh(quarter + 1) - cumulative_wh(quarter);
}

std::int64_t EnergySeries::total_mwh() const {
    return cumulative_mwh_.empty() ? 0 : cumulative_mwh_.back();
}

std::int64_t EnergySeries::peak_mw() const {
    std::int64_t peak_mwh = 0;
    for (std::size_t i = 1; i < cumulative_mwh_.size(); ++i)
        peak_mwh = std::max(peak_mwh, cumulative_mwh_[i] - cumulative_mwh_[i - 1]);
    return peak_mwh * (kQuartersPerHour / quarters_per_step_);
}

}  // namespace fairfeed
