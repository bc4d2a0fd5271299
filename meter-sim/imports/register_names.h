// What the names of registers say: which way the energy went, and which names are sums of others.
// Pure.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "meter-sim/imports/read_series.h"

namespace fairfeed::imports {

// "Electricity 1 Returned", "sensor.energy_import", "Injectie", "Solar production": nullopt if the
// name says nothing that is known.
[[nodiscard]] std::optional<Channel> channel_of_name(std::string_view name);

// Whether the name is that of one of several tariffs: "Import T1", "..._tariff_2", "Dag".
[[nodiscard]] bool is_of_tariff(std::string_view name);

// Leaves out the totals of channels that are there by tariffs as well, and notes it.
void drop_totals(ReadFile& file);

}  // namespace fairfeed::imports
