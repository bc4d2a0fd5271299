// The forecast from what the office itself knows: the totals of every settlement in its read model,
// and the week's tariff as a draft for the officers (paper A71, A72). `gateway forecast --config`,
// which a timer runs each week (systemd/fairfeed-tariff.timer). main.cc owns the command line.
#pragma once

#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "gateway/config/gateway_config.h"
#include "gateway/forecast/week_forecast.h"

namespace fairfeed {

struct OfficeTotals {
    std::string table;              // as `gateway export settlements`
    std::string zone;               // of the network
    std::int64_t week_start_s = 0;  // of the first window that opens a local week
};
// Error: one line for each fault.
[[nodiscard]] Result<OfficeTotals, std::vector<std::string>> load_office_totals(
    const std::filesystem::path& config);

[[nodiscard]] Result<OfficeTotals, std::vector<std::string>> office_totals(
    const GatewayConfig& config);
// The week to draft next, from those totals; where the roofs are is not known here.
[[nodiscard]] Result<forecast::WeekForecast, std::vector<std::string>> office_forecast(
    const GatewayConfig& config);

// Drafts the TARIFF of the week that begins at `from_s`: the formula of the tariff in force sets
// the rates. Prints what `gateway draft` prints, with its exit status.
[[nodiscard]] int draft_tariff_of_week(const std::filesystem::path& config,
                                       const forecast::WeekTotals& week, std::int64_t from_s,
                                       std::ostream& out, std::ostream& err);

}  // namespace fairfeed
