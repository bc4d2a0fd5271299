#include "meter-sim/enrolment.h"

#include <algorithm>
#include <variant>

#include "core/base/check.h"
#include "core/model/allocation.h"

namespace fairfeed {

namespace {

using Registry = std::span<const Transaction>;

// All contents of a kind that satisfy the predicate, in the order of the chain.
template <class Content, class Predicate>
std::vector<const Content*> find_all(Registry registry, const Predicate& wanted) {
    std::vector<const Content*> found;
    for (const Transaction& transaction : registry) {
        const auto* content = std::get_if<Content>(&transaction.content);
        if (content != nullptr && wanted(*content)) found.push_back(content);
    }
    return found;
}

// A later transaction replaces an earlier one; nullptr: none.
template <class Content, class Predicate>
const Content* find_last(Registry registry, const Predicate& wanted) {
    const auto all = find_all<Content>(registry, wanted);
    return all.empty() ? nullptr : all.back();
}

Unexpected<std::string> lacks(const MeterId& meter, const std::string& what) {
    return unexpected("meter '" + meter.str() + "': genesis " + what);
}

Result<Committee, std::string> members_of(Registry registry, const MeterId& meter,
                                          const CommitteeAllocation& allocation) {
    Committee members;
    for (const NodeId& node : allocation.members) {
        const auto* registration = find_last<NodeRegistration>(
            registry, [&](const auto& content) { return content.node == node; });
        if (registration == nullptr)
            return lacks(meter, "does not register committee node '" + node.str() + "'");
        auto key = VerifyKey::from_point(registration->signing_key);
        if (!key) return lacks(meter, "has no usable key of node '" + node.str() + "'");
        members.push_back({node, std::move(*key)});
    }
    return members;
}

Result<std::vector<DatedCommittee>, std::string> committees_of(Registry registry,
                                                               const MeterId& meter,
                                                               const ClusterId& cluster) {
    std::vector<DatedCommittee> committees;
    const auto is_its = [&](const auto& content) { return content.cluster == cluster; };
    for (const auto* allocation : find_all<CommitteeAllocation>(registry, is_its)) {
        auto members = members_of(registry, meter, *allocation);
        if (!members) return unexpected(members.error());
        if (!members->empty()) committees.push_back({allocation->effective, std::move(*members)});
    }
    if (committees.empty())
        return lacks(meter, "has no committee for cluster '" + cluster.str() + "'");
    return committees;
}

// The last effective one, else the first.
template <class T>
const T& in_force(const std::vector<T>& dated, Window window) {
    CHECK(!dated.empty());
    const auto found = std::find_if(dated.rbegin(), dated.rend(),
                                    [&](const T& each) { return each.effective <= window; });
    return found != dated.rend() ? *found : dated.front();
}

}  // namespace

const Committee& Enrolment::committee_of(Window window) const {
    return in_force(committees, window).members;
}

KeyEpoch Enrolment::key_epoch_of(Window window) const {
    return in_force(key_epochs, window).epoch;
}

Committee Enrolment::everybody() const {
    Committee all;
    for (const DatedCommittee& committee : committees) {
        for (const WitnessNode& member : committee.members) {
            const bool is_there = std::any_of(
                all.begin(), all.end(), [&](const auto& each) { return each.node == member.node; });
            if (!is_there) all.push_back(member);
        }
    }
    return all;
}

bool is_held_by_enough(const std::set<NodeId>& holders, const Committee& committee) {
    std::size_t members = 0;
    bool other_than_parent = committee.size() == 1;
    for (const WitnessNode& member : committee) {
        if (!holders.contains(member.node)) continue;
        ++members;
        other_than_parent = other_than_parent || member.node != committee.front().node;
    }
    return members >= receipts_needed(committee.size()) && other_than_parent;
}

Result<Enrolment, std::string> find_enrolment(Registry registry, const MeterId& meter) {
    const auto is_mine = [&](const auto& content) { return content.meter == meter; };
    const auto* registration = find_last<MeterRegistration>(registry, is_mine);
    if (registration == nullptr) return lacks(meter, "does not register it");
    auto committees = committees_of(registry, meter, registration->cluster);
    if (!committees) return unexpected(committees.error());
    const auto grants = find_all<KeyGrant>(registry, is_mine);
    if (grants.empty()) return lacks(meter, "grants nobody its data key");
    const auto* capacity = find_last<CapacityCertificate>(registry, is_mine);
    Enrolment out{meter,
                  registration->cluster,
                  registration->signing_key,
                  registration->effective,
                  capacity != nullptr ? capacity->capacity_w : 0,
                  registration->installed,
                  std::move(*committees),
                  {}};
    for (const KeyGrant* grant : grants)
        out.key_epochs.push_back({grant->effective, grant->epoch});
    return out;
}

}  // namespace fairfeed
