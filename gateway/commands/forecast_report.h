// The forecast of a week for people, for programs and as a picture. Pure.
#pragma once

#include <optional>
#include <ostream>
#include <string>

#include "core/io/json.h"
#include "gateway/commands/forecast_input.h"
#include "gateway/forecast/tariff_formula.h"
#include "gateway/forecast/week_forecast.h"

namespace fairfeed {

struct ForecastReport {
    forecast::WeekForecast week;
    std::optional<forecast::RateDraft> rates;
};

void print_forecast(const ForecastReport& report, const ForecastHistory& history,
                    std::ostream& out);
[[nodiscard]] Json to_json(const ForecastReport& report, const ForecastHistory& history);
[[nodiscard]] std::string plot_of(const ForecastReport& report, const ForecastHistory& history);

// What was read: file, clusters, windows, span, holes. One line.
[[nodiscard]] std::string summary_of(const ForecastHistory& history);

}  // namespace fairfeed
