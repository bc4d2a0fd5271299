#include "meter-sim/measurement.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/base/units.h"
#include "core/contract/settlement.h"

namespace fairfeed {

namespace {

constexpr std::int64_t kQuartersPerHour = kSecondsPerHour / kSecondsPerQuarter;

// A simulated low-voltage connection (paper A33): 230 V behind 0.4 ohm, so 1.7 mV a watt.
constexpr std::int64_t kNominalMv = 230'000;
constexpr std::int64_t kLowestMv = 207'000;
constexpr std::int64_t kHighestMv = 253'000;
constexpr std::int64_t kNominalMhz = 50'000;
constexpr std::int64_t kImportPowerFactor = 950;
constexpr std::int64_t kExportPowerFactor = 990;

void set_peaks(ReadingBody& body, std::int64_t start_s) {
    body.peak_demand_at_s = start_s;
    body.peak_generation_at_s = start_s;
    for (std::size_t i = 0; i < body.profile.size(); ++i) {
        const std::int64_t at_s = start_s + static_cast<std::int64_t>(i) * kSecondsPerQuarter;
        const std::int64_t demand_w = body.profile[i].import_wh * kQuartersPerHour;
        const std::int64_t generation_w = body.profile[i].generation_wh * kQuartersPerHour;
        if (demand_w > body.peak_demand_w) {
            body.peak_demand_w = demand_w;
            body.peak_demand_at_s = at_s;
        }
        if (generation_w > body.peak_generation_w) {
            body.peak_generation_w = generation_w;
            body.peak_generation_at_s = at_s;
        }
    }
}

void set_power_quality(ReadingBody& body) {
    const QuarterHour& last = body.profile.back();
    const std::int64_t net_w = (last.import_wh - last.export_wh) * kQuartersPerHour;
    body.voltage_mv = std::clamp(kNominalMv - net_w * 17 / 10, kLowestMv, kHighestMv);
    const std::int64_t load_w = net_w < 0 ? -net_w : net_w;
    body.current_ma = load_w * 1'000'000 / body.voltage_mv;
    body.frequency_mhz = kNominalMhz;
    body.power_factor_milli = net_w < 0 ? kExportPowerFactor : kImportPowerFactor;
}

}  // namespace

QuarterHour curtailed(const SourceEnergy& energy, std::int64_t cap_wh) {
    QuarterHour flow;
    flow.generation_wh =
        std::min(energy.available_wh, allowed_generation_wh(cap_wh, energy.load_wh));
    flow.export_wh =
        std::max<std::int64_t>(0, flow.generation_wh - energy.load_wh) + energy.both_ways_wh;
    flow.import_wh =
        std::max<std::int64_t>(0, energy.load_wh - flow.generation_wh) + energy.both_ways_wh;
    return flow;
}

Measurement::Measurement(Window window, const GridClock& clock, const MeterRegisters& registers)
    : window_(window),
      start_s_(clock.start_s(window)),
      first_quarter_(std::int64_t{window} * (clock.window_seconds() / kSecondsPerQuarter)),
      quarters_(static_cast<std::size_t>(clock.window_seconds() / kSecondsPerQuarter)),
      registers_(registers) {}

bool Measurement::is_complete() const {
    return profile_.size() == quarters_;
}

std::int64_t Measurement::next_quarter_start_s() const {
    return start_s_ + static_cast<std::int64_t>(profile_.size()) * kSecondsPerQuarter;
}

std::int64_t Measurement::next_quarter_end_s() const {
    return next_quarter_start_s() + kSecondsPerQuarter;
}

void Measurement::add_quarter(const EnergySource& source, std::int64_t share_w) {
    CHECK(!is_complete());
    const std::size_t index = profile_.size();
    const SourceEnergy energy = source(first_quarter_ + static_cast<std::int64_t>(index));
    const QuarterHour flow = curtailed(energy, quarter_cap_wh(share_w, index));
    fairfeed::add_quarter(registers_, next_quarter_start_s(), flow);
    available_wh_ += energy.available_wh;
    curtailed_ = curtailed_ || flow.generation_wh < energy.available_wh;
    share_w_ = share_w;
    profile_.push_back(flow);
}

ReadingBody Measurement::body(ClockState clock) const {
    CHECK(is_complete());
    ReadingBody body;
    body.end = registers_.total;
    body.profile = profile_;
    body.available_wh = available_wh_;
    set_peaks(body, start_s_);
    std::int64_t import_wh = 0;
    for (const QuarterHour& quarter : profile_)
        import_wh += quarter.import_wh;
    body.average_demand_w =
        import_wh * kQuartersPerHour / static_cast<std::int64_t>(profile_.size());
    body.day_import_wh = registers_.day_import_wh;
    body.day_export_wh = registers_.day_export_wh;
    body.month_import_wh = registers_.month_import_wh;
    body.month_export_wh = registers_.month_export_wh;
    set_power_quality(body);
    body.flags = curtailed_ ? std::uint32_t{kFlagCurtailed} : 0U;
    body.clock = clock;
    body.share_w = share_w_;
    return body;
}

}  // namespace fairfeed
