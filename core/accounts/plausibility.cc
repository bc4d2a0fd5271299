#include "core/accounts/plausibility.h"

#include <algorithm>

#include "core/base/units.h"
#include "core/model/transaction.h"
#include "core/state/state.h"

namespace fairfeed {

namespace {

using Verdict = Result<void, Reject>;

constexpr std::int64_t kQuartersPerHour = kSecondsPerHour / kSecondsPerQuarter;

bool is_above(const Registers& some, const Registers& others) {
    return some.import_wh > others.import_wh || some.export_wh > others.export_wh ||
           some.generation_wh > others.generation_wh;
}

Verdict check_next(const ReadingBody& body, const Expectation& expected) {
    if (!expected.next) return {};
    const bool is_reset = (body.flags & kFlagRegisterReset) != 0;
    const bool fits =
        expected.precedes_next ? body.end == *expected.next : !is_above(body.end, *expected.next);
    if (is_reset || !fits) return unexpected(Reject::registers_contradict);
    return {};
}

Verdict check_registers(const ReadingBody& body, const Expectation& expected) {
    for (const std::int64_t wh : {body.end.import_wh, body.end.export_wh, body.end.generation_wh}) {
        if (wh < 0) return unexpected(Reject::negative_energy);
    }
    const auto start = registers_at_start(body);
    if (!start) return unexpected(Reject::registers_contradict);
    if (const auto fits = check_next(body, expected); !fits) return fits;
    if ((body.flags & kFlagRegisterReset) != 0) return {};
    const Registers& last = expected.last;
    if (is_above(last, *start)) return unexpected(Reject::register_fell);
    if (start->import_wh - last.import_wh > kMaxGapWh ||
        start->export_wh - last.export_wh > kMaxGapWh ||
        start->generation_wh - last.generation_wh > kMaxGapWh) {
        return unexpected(Reject::out_of_range);
    }
    if (expected.follows_last && *start != last) return unexpected(Reject::registers_contradict);
    return {};
}

// Energy of a quarter hour is at most a quarter of the power, in Wh.
Verdict check_powers(const ReadingBody& body, const Expectation& expected) {
    const std::int64_t most_w = expected.rating_w * kImpossibleLoad;
    if (body.peak_generation_w < 0) return unexpected(Reject::negative_energy);
    if (body.peak_generation_w > most_w) return unexpected(Reject::implausible_peak);
    for (const QuarterHour& quarter : body.profile) {
        for (const std::int64_t wh :
             {quarter.import_wh, quarter.export_wh, quarter.generation_wh}) {
            if (wh * kQuartersPerHour > most_w) return unexpected(Reject::implausible_peak);
        }
    }
    return {};
}

}  // namespace

Verdict check_profile(const Profile& profile) {
    QuarterHour sum;
    for (const QuarterHour& quarter : profile) {
        for (const std::int64_t wh :
             {quarter.import_wh, quarter.export_wh, quarter.generation_wh}) {
            if (wh < 0) return unexpected(Reject::negative_energy);
            if (wh > kMaxMeterWindowWh) return unexpected(Reject::out_of_range);
        }
        sum.import_wh += quarter.import_wh;  // at most kMaxWindowQuarters: far below 64 bits
        sum.export_wh += quarter.export_wh;
        sum.generation_wh += quarter.generation_wh;
        if (quarter.export_wh > quarter.generation_wh) return unexpected(Reject::not_plausible);
    }
    if (sum.import_wh > kMaxMeterWindowWh || sum.generation_wh > kMaxMeterWindowWh) {
        return unexpected(Reject::out_of_range);
    }
    return {};
}

Verdict check_plausible(const ReadingBody& body, const Expectation& expected) {
    if (body.profile.size() != expected.quarters) return unexpected(Reject::profile_length);
    if (const auto sound = check_profile(body.profile); !sound) return sound;
    if (const auto sound = check_registers(body, expected); !sound) return sound;
    return check_powers(body, expected);
}

Int128 peak_generation_w(const ReadingBody& body) {
    Int128 peak_w = body.peak_generation_w;
    for (const QuarterHour& quarter : body.profile)
        peak_w = std::max(peak_w, Int128{quarter.generation_wh} * kQuartersPerHour);
    return peak_w;
}

std::uint32_t line_flags(const ReadingBody& body, std::int64_t capacity_w) {
    std::uint32_t flags = 0;
    const Int128 peak_w = peak_generation_w(body);
    if (capacity_w > 0 && peak_w * 100 > Int128{capacity_w} * kPeakTolerancePercent) {
        flags |= kLineOverCapacity;
    }
    if (capacity_w == 0 && peak_w > 0) flags |= kLineUnregistered;
    if ((body.flags & kFlagRegisterReset) != 0) flags |= kLineRegisterReset;
    return flags;
}

std::uint32_t claim_flag(const ReadingBody& body, std::int64_t counted_wh) {
    return body.available_wh.value_or(counted_wh) > counted_wh ? kLineClaimCut : 0U;
}

std::size_t quarters_of(const NetworkParameters& parameters) {
    return static_cast<std::size_t>(parameters.window_seconds / kSecondsPerQuarter);
}

bool is_profile(const NetworkParameters& parameters, const Profile& profile) {
    return profile.size() == quarters_of(parameters) && check_profile(profile);
}

}  // namespace fairfeed
