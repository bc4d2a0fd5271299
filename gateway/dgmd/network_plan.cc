#include "gateway/dgmd/network_plan.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/model/allocation.h"

namespace fairfeed {

namespace {

std::vector<AllocationNode> allocation_of(const LabNetwork& lab, const NetworkPlan& plan) {
    std::vector<AllocationNode> nodes;
    for (const LabNode& node : lab.nodes) {
        AllocationNode entry{.node = node.id, .parent_of = {}, .location = node.location};
        const auto cluster = plan.parent_of.find(node.id);
        if (cluster != plan.parent_of.end()) {
            entry.parent_of = cluster->second;
            entry.meters = plan.meters.at(cluster->second);
        }
        nodes.push_back(std::move(entry));
    }
    return nodes;
}

}  // namespace

std::vector<ClusterId> NetworkPlan::neighbour_of(const NodeId& node) const {
    std::vector<ClusterId> clusters;
    for (const auto& [cluster, members] : committees) {
        if (std::find(members.begin() + 1, members.end(), node) != members.end())
            clusters.push_back(cluster);
    }
    return clusters;
}

std::int64_t NetworkPlan::meters_at(const NodeId& node) const {
    std::int64_t count = 0;
    for (const auto& [cluster, members] : committees) {
        if (std::find(members.begin(), members.end(), node) != members.end())
            count += meters.at(cluster);
    }
    return count;
}

NetworkPlan plan_network(const LabNetwork& lab) {
    CHECK(!lab.nodes.empty());
    NetworkPlan plan;
    for (const LabCluster& cluster : lab.clusters) {
        plan.parent_of[cluster.parent] = cluster.id;
        plan.meters[cluster.id] = 0;
    }
    for (const LabMeter& meter : lab.meters)
        plan.meters.at(meter.cluster) += 1;
    const auto nodes = allocation_of(lab, plan);
    for (const LabCluster& cluster : lab.clusters) {
        auto members = allocate_committee(cluster.id, cluster.location, nodes);
        CHECK(!members.empty());
        plan.committees[cluster.id] = std::move(members);
    }
    plan.validators = validator_order(nodes);
    return plan;
}

}  // namespace fairfeed
