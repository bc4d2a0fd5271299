// What the forecast of a cluster's shares is fed with: its parameters and its time from genesis,
// and a settled window by the quarter hour, as whoever opens lines and readings knows it. Pure.
#pragma once

#include <optional>
#include <vector>

#include "core/accounts/cluster_accounts.h"
#include "core/contract/forecast.h"

namespace fairfeed {

[[nodiscard]] ForecastParameters forecast_of(const NetworkParameters& parameters);

// The start of a window as the forecast counts it: from the grid epoch, because quarter hours do.
[[nodiscard]] std::int64_t since_epoch_s(const NetworkParameters& parameters, Window window);

// A window's sum, spread evenly over its quarter hours; the parts add up to it.
[[nodiscard]] std::vector<std::int64_t> spread(std::int64_t sum, std::size_t quarters);

// In the order of the lines. `readings` are those of the settlement's own window; a meter without
// one counts as its line, spread evenly. nullopt: figures that no honest committee settles.
[[nodiscard]] std::optional<std::vector<ObservedMeter>> observed_in(
    const ChainState& state, const Settlement& settlement, const std::vector<SettlementLine>& lines,
    const OpenedReadings& readings);

}  // namespace fairfeed
