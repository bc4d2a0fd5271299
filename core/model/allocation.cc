#include "core/model/allocation.h"

#include <algorithm>
#include <tuple>

#include "core/base/check.h"
#include "core/base/units.h"

namespace fairfeed {
namespace {

// Largest root with root * root <= square, for squares below 2^66.
std::int64_t integer_root(Int128 square) {
    Int128 root = 0;
    for (int bit = 33; bit >= 0; --bit) {
        const Int128 candidate = root + (Int128{1} << bit);
        if (candidate * candidate <= square) root = candidate;
    }
    return static_cast<std::int64_t>(root);
}

}  // namespace

std::int64_t distance_m(const Location& a, const Location& b) {
    const Int128 east = Int128{a.east_m} - b.east_m;
    const Int128 north = Int128{a.north_m} - b.north_m;
    return integer_root(east * east + north * north);
}

std::vector<NodeId> allocate_committee(const ClusterId& cluster, const Location& location,
                                       const std::vector<AllocationNode>& nodes) {
    std::vector<NodeId> members;
    std::vector<std::tuple<std::int64_t, std::int64_t, NodeId>> others;
    for (const AllocationNode& node : nodes) {
        if (node.parent_of == cluster) {
            members.push_back(node.node);
        } else if (!node.parent_of.empty()) {
            others.emplace_back(distance_m(location, node.location), node.meters, node.node);
        }
    }
    CHECK(members.size() <= 1);
    if (members.empty()) return members;
    std::sort(others.begin(), others.end());
    if (others.size() > kMaxNeighbours) others.resize(kMaxNeighbours);
    for (const auto& other : others)
        members.push_back(std::get<NodeId>(other));
    return members;
}

CommitteeClass committee_class(std::size_t members) {
    if (members >= 1 + kMaxNeighbours) return CommitteeClass::full;
    return members >= 2 ? CommitteeClass::degraded : CommitteeClass::single;
}

std::string_view to_string(CommitteeClass committee) {
    switch (committee) {
        case CommitteeClass::single:
            return "single";
        case CommitteeClass::degraded:
            return "degraded";
        case CommitteeClass::full:
            return "full";
    }
    CHECK(false);
}

std::size_t committee_quorum(std::size_t members, bool degraded_quorum) {
    if (members == 3) return degraded_quorum ? 2 : 3;
    return quorum(members);
}

std::size_t receipts_needed(std::size_t members) {
    return std::min<std::size_t>(2, members);
}

std::size_t shares_needed(std::size_t members) {
    return tolerated_faults(members) + 1;
}

std::vector<NodeId> validator_order(const std::vector<AllocationNode>& nodes) {
    std::vector<std::tuple<std::int64_t, NodeId>> order;
    for (const AllocationNode& node : nodes)
        order.emplace_back(-node.meters, node.node);
    std::sort(order.begin(), order.end());
    std::vector<NodeId> validators;
    for (const auto& entry : order)
        validators.push_back(std::get<NodeId>(entry));
    return validators;
}

}  // namespace fairfeed
