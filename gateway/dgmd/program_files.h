// Configurations of the programs of a new network: edge-node.yaml of each node and the one
// meter-sim.yaml of all meters (config/edge-node.yaml and config/meter-sim.yaml describe every
// key). Text only; paths inside are relative to the file, but for a recording.
#pragma once

#include <string>

#include "gateway/dgmd/lab_network.h"

namespace fairfeed {

[[nodiscard]] std::string edge_node_yaml(const LabNetwork& lab, const LabNode& node);
// For `gateway serve` and the office's commands; it stands beside DGMD's keys.
[[nodiscard]] std::string gateway_yaml(const LabNetwork& lab);
[[nodiscard]] std::string meter_sim_yaml(const LabNetwork& lab);

}  // namespace fairfeed
