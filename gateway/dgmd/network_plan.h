// The parts of a network that follow from its description by rule: every cluster's committee
// (allocation, committee rule 10), the order of the validators, the proposer of block 0. Pure.
#pragma once

#include <map>
#include <vector>

#include "core/base/ids.h"
#include "gateway/dgmd/lab_network.h"

namespace fairfeed {

struct NetworkPlan {
    std::map<ClusterId, std::vector<NodeId>> committees;  // parent first
    std::map<NodeId, ClusterId> parent_of;                // nodes without a cluster are absent
    std::map<ClusterId, std::int64_t> meters;             // how many
    std::vector<NodeId> validators;                       // in proposer order (R3)

    [[nodiscard]] const NodeId& genesis_node() const { return validators.front(); }  // paper A53
    // Clusters whose committee includes the node without its being the parent; ascending.
    [[nodiscard]] std::vector<ClusterId> neighbour_of(const NodeId& node) const;
    // Meters that connect to the node's broker: those of the clusters whose committee has it.
    [[nodiscard]] std::int64_t meters_at(const NodeId& node) const;
};

// CHECKs what load_lab_file has checked: at least one node, one parent per cluster.
[[nodiscard]] NetworkPlan plan_network(const LabNetwork& lab);

}  // namespace fairfeed
