#include "gateway/forecast/tariff_formula.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/base/units.h"
#include "gateway/forecast/local_time.h"

namespace fairfeed::forecast {

namespace {

bool within(std::int64_t value, std::int64_t least, std::int64_t most) {
    return least <= value && value <= most;
}

// In parts per million: numerator / denominator, both exact.
struct Factor {
    Int128 numerator = 0;
    Int128 denominator = 1;
};

Factor factor_of(const TariffFormula& formula, std::int64_t load_wh, std::int64_t gap_wh) {
    if (load_wh == 0 && gap_wh == 0) return {kPpm, 1};
    if (load_wh == 0) return {formula.k_ppm == 0 ? kPpm : formula.low_ppm, 1};
    const Int128 exact = Int128{load_wh} * kPpm + Int128{gap_wh} * formula.k_ppm;
    return {
        std::clamp(exact, Int128{load_wh} * formula.low_ppm, Int128{load_wh} * formula.high_ppm),
        load_wh};
}

std::int64_t rate_of(std::int64_t base, const Factor& factor) {
    const Int128 unit = factor.denominator * kPpm;
    return static_cast<std::int64_t>((2 * base * factor.numerator + unit) / (2 * unit));
}

}  // namespace

std::optional<std::string> objection_to(const TariffFormula& formula) {
    if (!within(formula.import_micro_per_kwh, 0, kMaxBaseMicroPerKwh))
        return "import_micro_per_kwh: 0 to 1000000000";
    if (!within(formula.export_micro_per_kwh, 0, kMaxBaseMicroPerKwh))
        return "export_micro_per_kwh: 0 to 1000000000";
    if (!within(formula.k_ppm, 0, kMaxSensitivityPpm)) return "k_ppm: 0 to 10000000";
    if (!within(formula.low_ppm, 0, kPpm))
        return "low_ppm: 0 to 1000000, so that a week without a gap costs the base rate";
    if (!within(formula.high_ppm, kPpm, kMaxFactorPpm))
        return "high_ppm: 1000000 to 10000000, so that a week without a gap costs the base rate";
    for (const std::int64_t base : {formula.import_micro_per_kwh, formula.export_micro_per_kwh})
        if (Int128{base} * formula.high_ppm > Int128{kMaxBaseMicroPerKwh} * kPpm)
            return "high_ppm: a rate could exceed 1000000000 micro per kWh, the chain's limit";
    return std::nullopt;
}

Result<RateDraft, std::string> drafted_rates(const TariffFormula& formula, std::int64_t load_wh,
                                             std::int64_t gap_wh) {
    if (const auto objection = objection_to(formula)) return unexpected(*objection);
    if (load_wh < 0) return unexpected(std::string("the load of a week cannot be below 0"));
    if (gap_wh > load_wh) return unexpected(std::string("a gap cannot be above the load"));
    const Factor factor = factor_of(formula, load_wh, gap_wh);
    return RateDraft{rate_of(formula.import_micro_per_kwh, factor),
                     rate_of(formula.export_micro_per_kwh, factor),
                     static_cast<std::int64_t>(factor.numerator / factor.denominator)};
}

std::int64_t week_to_draft_s(const TariffCalendar& calendar, std::int64_t now_s) {
    CHECK(within(calendar.notice_s, 0, kMaxNoticeS));
    const Int128 until_s = Int128{now_s} + calendar.notice_s - calendar.first_week_s;
    const Int128 week = floor_div(until_s + kSecondsPerWeek - 1, kSecondsPerWeek);
    return static_cast<std::int64_t>(calendar.first_week_s + week * kSecondsPerWeek);
}

std::int64_t signing_deadline_s(const TariffCalendar& calendar, std::int64_t week_s) {
    return week_s - calendar.notice_s;
}

}  // namespace fairfeed::forecast
