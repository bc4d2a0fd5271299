// The result of a back-test for people, for programs and as a picture. Pure.
#pragma once

#include <ostream>
#include <string>

#include "core/io/json.h"
#include "gateway/commands/forecast_input.h"
#include "gateway/forecast/backtest.h"

namespace fairfeed {

void print_backtest(const forecast::Backtest& test, const ForecastHistory& history,
                    std::ostream& out);
[[nodiscard]] Json to_json(const forecast::Backtest& test, const ForecastHistory& history);
[[nodiscard]] std::string plot_of(const forecast::Backtest& test, const ForecastHistory& history);

}  // namespace fairfeed
