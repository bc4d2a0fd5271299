#include "meter-sim/enrolment.h"

#include <algorithm>
#include <variant>

#include "core/base/check.h"
#include "core/model/allocation.h"

namespace fairfeed {

namespace {

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

EnrolmentBook::EnrolmentBook(std::span<const Transaction> registry) {
    for (const Transaction& transaction : registry) {
        const auto& content = transaction.content;
        if (const auto* meter = std::get_if<MeterRegistration>(&content)) {
            MeterEntries& known = meters_[meter->meter];
            known.registration = meter;
            // What is certified for the installation passes on.
            if (meter->permit) known.capacity_w = meters_[meter->permit->replaces].capacity_w;
        } else if (const auto* certificate = std::get_if<CapacityCertificate>(&content)) {
            meters_[certificate->meter].capacity_w = certificate->capacity_w;
        } else if (const auto* withdrawn = std::get_if<Deauthorisation>(&content)) {
            meters_[withdrawn->meter].capacity_w = 0;
        } else if (const auto* grant = std::get_if<KeyGrant>(&content)) {
            meters_[grant->meter].grants.push_back(grant);
        } else if (const auto* node = std::get_if<NodeRegistration>(&content)) {
            nodes_[node->node] = node;
        } else if (const auto* allocation = std::get_if<CommitteeAllocation>(&content)) {
            allocations_[allocation->cluster].push_back(allocation);
        }
    }
}

Result<Committee, std::string> EnrolmentBook::members_of(
    const CommitteeAllocation& allocation) const {
    Committee members;
    for (const NodeId& node : allocation.members) {
        const auto found = nodes_.find(node);
        if (found == nodes_.end())
            return unexpected("does not register committee node '" + node.str() + "'");
        auto key = VerifyKey::from_point(found->second->signing_key);
        if (!key) return unexpected("has no usable key of node '" + node.str() + "'");
        members.push_back({node, std::move(*key)});
    }
    return members;
}

const Result<std::vector<DatedCommittee>, std::string>& EnrolmentBook::committees_of(
    const ClusterId& cluster) const {
    const auto known = committees_.find(cluster);
    if (known != committees_.end()) return known->second;
    const auto parse = [&]() -> Result<std::vector<DatedCommittee>, std::string> {
        std::vector<DatedCommittee> committees;
        const auto found = allocations_.find(cluster);
        if (found != allocations_.end()) {
            for (const CommitteeAllocation* allocation : found->second) {
                auto members = members_of(*allocation);
                if (!members) return unexpected(members.error());
                if (!members->empty())
                    committees.push_back({allocation->effective, std::move(*members)});
            }
        }
        if (committees.empty())
            return unexpected("has no committee for cluster '" + cluster.str() + "'");
        return committees;
    };
    return committees_.emplace(cluster, parse()).first->second;
}

Result<Enrolment, std::string> EnrolmentBook::find(const MeterId& meter) const {
    const auto lacks = [&meter](const std::string& what) {
        return unexpected("meter '" + meter.str() + "': genesis " + what);
    };
    const auto found = meters_.find(meter);
    if (found == meters_.end() || found->second.registration == nullptr)
        return lacks("does not register it");
    const auto& [registration, capacity_w, grants] = found->second;
    const auto& committees = committees_of(registration->cluster);
    if (!committees) return lacks(committees.error());
    if (grants.empty()) return lacks("grants nobody its data key");
    Enrolment out{meter,
                  registration->cluster,
                  registration->signing_key,
                  registration->reads_from(),
                  capacity_w,
                  registration->installed,
                  *committees,
                  {}};
    for (const KeyGrant* grant : grants)
        out.key_epochs.push_back({grant->effective, grant->epoch});
    return out;
}

}  // namespace fairfeed
