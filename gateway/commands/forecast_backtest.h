// gateway forecast backtest: lives through a history again and compares last week, the profile, the
// regression and the selection among them, made every week and every four weeks. Prints the table
// of docs/forecast.md and draws its picture.
#pragma once

#include <filesystem>
#include <ostream>

#include "gateway/commands/forecast_input.h"

namespace fairfeed {

struct BacktestOptions {
    ForecastInput input;
    bool json = false;
    std::filesystem::path plot;  // SVG to write; "": none
};

// 0: done. 1: the plot could not be written. 2: wrong input or too little history, one line for
// each fault.
[[nodiscard]] int run_backtest(const BacktestOptions& options, std::ostream& out,
                               std::ostream& err);

}  // namespace fairfeed
