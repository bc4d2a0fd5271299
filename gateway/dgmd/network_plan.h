// What follows from a described network by rule: every cluster's committee (allocation, committee
// rule 10), the order of the validators, who makes block 0. A pure function of the description.
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
    // Clusters the node is in the committee of without being parent; ascending.
    [[nodiscard]] std::vector<ClusterId> neighbour_of(const NodeId& node) const;
};

// CHECKs what load_lab_file has checked: at least one node, one parent per cluster.
[[nodiscard]] NetworkPlan plan_network(const LabNetwork& lab);

}  // namespace fairfeed
