// The forecast of the week that a tariff is drafted for next: of every cluster and of all together,
// and as JSON for programs. Pure.
#pragma once

#include <string>
#include <vector>

#include "core/io/json.h"
#include "gateway/forecast/outlook.h"
#include "gateway/forecast/tariff_formula.h"

namespace fairfeed::forecast {

struct WeekForecast {
    std::string zone;
    std::int64_t window_s = 0;
    std::int64_t known_s = 0;    // end of the last known window
    std::int64_t from_s = 0;     // beginning of the week
    std::int64_t sign_by_s = 0;  // until when officers may sign its tariff
    std::vector<Outlook> clusters;
    Outlook all;
};

// `clusters`: at least one, without objections_to().
[[nodiscard]] WeekForecast forecast_week(const std::vector<ClusterSeries>& clusters,
                                         const Conditions& conditions,
                                         const TariffCalendar& calendar);

[[nodiscard]] Json week_json(const WeekForecast& week);

}  // namespace fairfeed::forecast
