// The file that `edge-node settle` reads: one window of a cluster, each meter by its sums or by its
// quarter hours. Faults are lines with file, place and remedy.
#pragma once

#include <vector>

#include "core/contract/forecast.h"
#include "core/contract/settlement.h"
#include "core/io/yaml_file.h"
#include "edge-node/commands/settle.h"

namespace fairfeed {

struct SettleInput {
    SettlementTotalsInput window;
    // Ascending, in the order of the window's meters: those with quarter hours. Under
    // `--resolution quarter` all of them.
    std::vector<ObservedMeter> observed;
};

[[nodiscard]] Result<SettleInput, YamlErrors> read_settle_input(const SettleOptions& options);

}  // namespace fairfeed
