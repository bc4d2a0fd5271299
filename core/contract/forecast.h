// What a cluster's next window will ask of its meters, from the same quarter hours of past days.
// For every quarter hour of the day the history holds what each factor would have cost so far, in
// surplus left standing and in generation curtailed for nothing; the forecast takes the factor that
// would have cost least. Pure integers, no calendar, no chain, no weather: whoever observes the
// same windows holds the same history, to the bit. docs/contract.md, "Which share serves best",
// compares it with other forms. Not thread-safe; values.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "core/base/ids.h"
#include "core/base/units.h"
#include "core/contract/believed_yield.h"
#include "core/contract/share.h"
#include "core/model/network.h"

namespace fairfeed {

struct ForecastParameters : ForecastWeights {
    ShareRule rule = ShareRule::waterfill;
    ShareResolution resolution = ShareResolution::quarter;

    bool operator==(const ForecastParameters&) const = default;
};

// Bounded by the meters of the window observed last: 96 * (factor_steps + 3) figures and 96 * 2 per
// meter. Energies and costs are means in parts of kForecastScale.
struct ClusterHistory {
    struct QuarterOfDay {
        std::int64_t days = 0;  // observed, counted up to memory_days; 0: no history
        std::int64_t load = 0;
        std::vector<std::int64_t> costs;  // by factor, ascending; of quarter Wh

        bool operator==(const QuarterOfDay&) const = default;
    };
    // What the meter yields in this quarter hour of the day.
    struct Yield {
        std::int64_t days = 0;  // that showed it, counted up to memory_days; 0: not known
        std::int64_t energy = 0;

        bool operator==(const Yield&) const = default;
    };

    std::vector<QuarterOfDay> quarters = std::vector<QuarterOfDay>(kQuartersPerDay);
    std::map<MeterId, std::vector<Yield>> meters;  // kQuartersPerDay each
    std::int64_t capacity_sum_w = 0;
    std::int64_t until_s = INT64_MIN;  // end of the window observed last

    bool operator==(const ClusterHistory&) const = default;
};

constexpr std::int64_t kForecastScale = 128;

// Takes a settled window into the history. Windows come in the order of time, each once; those that
// are missing leave the history as it is. A meter that is not in the window has left and is
// forgotten. Takes time in proportion to the window: quarters * (meters + factors * meters).
void observe(ClusterHistory& history, const ForecastParameters& parameters,
             const ObservedWindow& window);

// A certified capacity.
struct MeterCapacity {
    MeterId meter;
    std::int64_t capacity_w = 0;
};

// The shares of a quarter hour, or of the window where the resolution is the window.
struct ExpectedShares {
    bool has_history = false;        // false: nothing is known of these hours, everybody has 100 %
    std::int64_t load_wh = 0;        // L that is expected
    std::int64_t available_wh = 0;   // G that is expected, of the meters asked for
    std::int64_t factor_ppm = kPpm;  // kPpm and above: by `waterfill` 100 %; see shares_at_factor
    std::vector<MeterShare> shares;  // in the order of the meters; none above its capacity

    bool operator==(const ExpectedShares&) const = default;
};

// Shares of a window that is to come, of whole quarter hours: one entry each, or one in all. The
// meters ascend; one without history is expected to yield for each watt what the others do. `paper`
// computes its factor from the expected L and G, as printed; the others take the factor that would
// have cost least on past days, of equal ones the largest.
[[nodiscard]] std::vector<ExpectedShares> expected_shares(const ClusterHistory& history,
                                                          const ForecastParameters& parameters,
                                                          std::int64_t start_s,
                                                          std::int64_t window_seconds,
                                                          const std::vector<MeterCapacity>& meters);

// What each of the meters is expected to have available in the window, in Wh; in their order.
[[nodiscard]] std::vector<std::int64_t> expected_available_wh(
    const ClusterHistory& history, std::int64_t start_s, std::int64_t window_seconds,
    const std::vector<MeterCapacity>& meters);

}  // namespace fairfeed
