// The weekly tariff as a function of the forecast (paper A72): each rate is
// base * clamp(1 + k * gap / load, low, high), with the gap and the load of all clusters in the
// week. The formula is ours, since the paper has none. Exact integers; nothing is signed or sent
// here. Pure, re-entrant.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/base/result.h"

namespace fairfeed::forecast {

constexpr std::int64_t kMaxBaseMicroPerKwh = 1'000'000'000;  // as the chain's limit of a rate
constexpr std::int64_t kMaxSensitivityPpm = 10'000'000;
constexpr std::int64_t kMaxFactorPpm = 10'000'000;
constexpr std::int64_t kMaxNoticeS = 28 * 86'400;

struct TariffFormula {
    std::int64_t import_micro_per_kwh = 0;  // base rates: 0 to kMaxBaseMicroPerKwh
    std::int64_t export_micro_per_kwh = 0;
    std::int64_t k_ppm = 500'000;       // 0 to kMaxSensitivityPpm; 0: the base rates for ever
    std::int64_t low_ppm = 800'000;     // limits of the factor, 0 <= low <= 1 000 000 <= high
    std::int64_t high_ppm = 1'250'000;  // up to kMaxFactorPpm
    bool operator==(const TariffFormula&) const = default;
};

// One line that names the parameter and its limits; nullopt: none.
[[nodiscard]] std::optional<std::string> objection_to(const TariffFormula& formula);

struct RateDraft {
    std::int64_t import_micro_per_kwh = 0;
    std::int64_t export_micro_per_kwh = 0;
    std::int64_t factor_ppm = 0;  // for people: rounded down. The rates come from the exact factor
    bool operator==(const RateDraft&) const = default;
};

// Rates are rounded to the nearest micro, halves up. gap <= load, because generation is never
// negative. Without load, a gap of 0 gives the base rates, and a surplus the low factor (unless k
// is 0), as the smallest load would. Errors: an objection to the formula; load below 0 or a gap
// above it.
[[nodiscard]] Result<RateDraft, std::string> drafted_rates(const TariffFormula& formula,
                                                           std::int64_t load_wh,
                                                           std::int64_t gap_wh);

// When tariffs begin, and until when before that officers may sign.
struct TariffCalendar {
    std::int64_t first_week_s = 0;       // beginning of some week on the chain (its grid epoch)
    std::int64_t notice_s = 2 * 86'400;  // 0 to kMaxNoticeS
};

// The beginning of the week that a draft made now is for: the first week whose signing deadline is
// not over. Never a week that has begun.
[[nodiscard]] std::int64_t week_to_draft_s(const TariffCalendar& calendar, std::int64_t now_s);
[[nodiscard]] std::int64_t signing_deadline_s(const TariffCalendar& calendar, std::int64_t week_s);

}  // namespace fairfeed::forecast
