#include "meter-sim/enrolment.h"

#include <variant>

namespace fairfeed {

namespace {

// The last of its kind that passes: a later transaction of a block replaces an earlier one.
template <class Content, class Predicate>
const Content* find_last(const Block& block, const Predicate& wanted) {
    const Content* found = nullptr;
    for (const Transaction& transaction : block.transactions) {
        const auto* content = std::get_if<Content>(&transaction.content);
        if (content != nullptr && wanted(*content)) found = content;
    }
    return found;
}

Unexpected<std::string> lacks(const MeterId& meter, const std::string& what) {
    return unexpected("meter '" + meter.str() + "': genesis " + what);
}

Result<std::vector<CommitteeMember>, std::string> members_of(const Block& genesis,
                                                             const MeterId& meter,
                                                             const ClusterId& cluster) {
    const auto* allocation = find_last<CommitteeAllocation>(
        genesis, [&](const auto& content) { return content.cluster == cluster; });
    if (allocation == nullptr || allocation->members.empty())
        return lacks(meter, "has no committee for cluster '" + cluster.str() + "'");
    std::vector<CommitteeMember> members;
    for (const NodeId& node : allocation->members) {
        const auto* registration = find_last<NodeRegistration>(
            genesis, [&](const auto& content) { return content.node == node; });
        if (registration == nullptr)
            return lacks(meter, "does not register committee node '" + node.str() + "'");
        auto key = VerifyKey::from_point(registration->signing_key);
        if (!key) return lacks(meter, "has no usable key of node '" + node.str() + "'");
        members.push_back({node, std::move(*key)});
    }
    return members;
}

}  // namespace

Result<Enrolment, std::string> find_enrolment(const Block& genesis, const MeterId& meter) {
    const auto is_mine = [&](const auto& content) { return content.meter == meter; };
    const auto* registration = find_last<MeterRegistration>(genesis, is_mine);
    if (registration == nullptr) return lacks(meter, "does not register it");
    auto committee = members_of(genesis, meter, registration->cluster);
    if (!committee) return unexpected(committee.error());
    const auto* grant = find_last<KeyGrant>(genesis, is_mine);
    if (grant == nullptr) return lacks(meter, "grants nobody its data key");
    const auto* capacity = find_last<CapacityCertificate>(genesis, is_mine);
    return Enrolment{meter,
                     registration->cluster,
                     registration->signing_key,
                     registration->effective,
                     grant->epoch,
                     capacity != nullptr ? capacity->capacity_w : 0,
                     registration->installed,
                     std::move(*committee)};
}

}  // namespace fairfeed
