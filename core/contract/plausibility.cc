#include "core/contract/plausibility.h"

#include "core/base/units.h"
#include "core/contract/state.h"
#include "core/model/transaction.h"

namespace fairfeed {

namespace {

using Verdict = Result<void, Reject>;

Verdict check_quarters(const ReadingBody& body) {
    QuarterHour sum;
    for (const QuarterHour& quarter : body.profile) {
        for (const std::int64_t wh :
             {quarter.import_wh, quarter.export_wh, quarter.generation_wh}) {
            if (wh < 0) return unexpected(Reject::negative_energy);
            if (wh > kMaxMeterWindowWh) return unexpected(Reject::out_of_range);
        }
        sum.import_wh +=
            quarter.import_wh;  // at most kMaxWindowQuarters: far from the end of 64 bits
        sum.export_wh += quarter.export_wh;
        sum.generation_wh += quarter.generation_wh;
        if (quarter.export_wh > quarter.generation_wh) return unexpected(Reject::not_plausible);
    }
    if (sum.import_wh > kMaxMeterWindowWh || sum.generation_wh > kMaxMeterWindowWh) {
        return unexpected(Reject::out_of_range);
    }
    if (!body.available_wh) return {};
    if (*body.available_wh < 0) return unexpected(Reject::negative_energy);
    if (*body.available_wh > kMaxMeterWindowWh) return unexpected(Reject::out_of_range);
    if (*body.available_wh < sum.generation_wh) return unexpected(Reject::not_plausible);
    return {};
}

Verdict check_registers(const ReadingBody& body, const Expectation& expected) {
    for (const std::int64_t wh : {body.end.import_wh, body.end.export_wh, body.end.generation_wh}) {
        if (wh < 0) return unexpected(Reject::negative_energy);
    }
    const auto start = registers_at_start(body);
    if (!start) return unexpected(Reject::registers_contradict);
    if (!expected.last || (body.flags & kFlagRegisterReset) != 0) return {};
    const Registers& last = *expected.last;
    if (start->import_wh < last.import_wh || start->export_wh < last.export_wh ||
        start->generation_wh < last.generation_wh) {
        return unexpected(Reject::register_fell);
    }
    if (start->import_wh - last.import_wh > kMaxGapWh ||
        start->export_wh - last.export_wh > kMaxGapWh ||
        start->generation_wh - last.generation_wh > kMaxGapWh) {
        return unexpected(Reject::out_of_range);
    }
    if (expected.follows_last && *start != last) return unexpected(Reject::registers_contradict);
    return {};
}

// Generation of a quarter hour is at most a quarter of the peak power, in Wh.
Verdict check_peak(const ReadingBody& body, const Expectation& expected) {
    const std::int64_t most_w = expected.installed_w * kImplausiblePeak;
    if (body.peak_generation_w < 0) return unexpected(Reject::negative_energy);
    if (body.peak_generation_w > most_w) return unexpected(Reject::implausible_peak);
    const auto quarters = static_cast<std::int64_t>(expected.quarters);
    for (const QuarterHour& quarter : body.profile) {
        if (quarter.generation_wh * 4 > most_w) return unexpected(Reject::implausible_peak);
    }
    if (body.available_wh.value_or(0) * 4 > most_w * quarters) {
        return unexpected(Reject::implausible_peak);
    }
    return {};
}

}  // namespace

Verdict check_plausible(const ReadingBody& body, const Expectation& expected) {
    if (body.profile.size() != expected.quarters) return unexpected(Reject::profile_length);
    if (const auto sound = check_quarters(body); !sound) return sound;
    if (const auto sound = check_registers(body, expected); !sound) return sound;
    return check_peak(body, expected);
}

std::uint32_t line_flags(const ReadingBody& body, std::int64_t capacity_w) {
    std::uint32_t flags = 0;
    const Int128 peak = Int128{body.peak_generation_w} * 100;
    if (capacity_w > 0 && peak > Int128{capacity_w} * kPeakTolerancePercent) {
        flags |= kLineOverCapacity;
    }
    if ((body.flags & kFlagRegisterReset) != 0) flags |= kLineRegisterReset;
    return flags;
}

}  // namespace fairfeed
