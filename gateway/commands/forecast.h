// gateway forecast: load, generation and gap of the week after the next signing deadline, for every
// cluster and all together, from cluster totals, recorded homes or the office's read model; the
// chosen models with their back-test errors; if base rates are given, the tariff that the utility's
// formula makes of it.
#pragma once

#include <filesystem>
#include <optional>
#include <ostream>

#include "gateway/commands/forecast_input.h"
#include "gateway/forecast/tariff_formula.h"

namespace fairfeed {

struct ForecastOptions {
    ForecastInput input;
    forecast::TariffFormula formula;
    bool has_rates = false;  // whether the formula is to be applied
    bool json = false;
    std::filesystem::path plot;  // SVG to write; "": none
    bool draft = false;  // of `input.office`: draft the week's tariff by the chain's formula
};

// 0: done. 1: the plot could not be written. 2: wrong input, one line for each fault.
[[nodiscard]] int run_forecast(const ForecastOptions& options, std::ostream& out,
                               std::ostream& err);

}  // namespace fairfeed
