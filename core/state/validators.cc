#include "core/state/validators.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/state/handover_rules.h"

namespace fairfeed {

namespace {

constexpr Height kHeightsAhead = 2;  // R21: a change in block h counts from h+2 on

std::vector<AllocationNode> serving_nodes(const ChainState& state) {
    std::vector<AllocationNode> nodes;
    for (const auto& [id, record] : state.nodes) {
        if (!record.revoked_from) nodes.push_back({id, {}, record.registration.location, 0});
    }
    for (const auto& [id, cluster] : state.clusters) {
        const NodeId& parent = cluster.committee.members.front();
        const auto node =
            std::find_if(nodes.begin(), nodes.end(),
                         [&parent](const AllocationNode& each) { return each.node == parent; });
        if (node == nodes.end()) continue;
        if (node->parent_of.empty()) node->parent_of = id;
        node->meters += static_cast<std::int64_t>(cluster.meters.size());
    }
    return nodes;
}

void order_validators(ChainState& state) {
    state.validators = validator_order(serving_nodes(state));
    state.validators_hash = validators_hash(state.validators);
}

bool names(const CommitteeAllocation* committee, const NodeId& node) {
    return committee != nullptr && std::find(committee->members.begin(), committee->members.end(),
                                             node) != committee->members.end();
}

// Whether a committee of the window to settle next, or of a later one, includes the node.
// `earliest`: the first window of a cluster that has none to settle yet.
bool is_allocated(const ChainState& state, const NodeId& node, Window earliest) {
    for (const auto& [id, cluster] : state.clusters) {
        const Window next = state.next_window(id).value_or(earliest);
        if (names(state.committee_of(id, next), node)) return true;
        // If two COMMITTEEs are effective for a window, the later one governs.
        const auto governs = [&](const CommitteeAllocation& each) {
            return each.effective > next && names(state.committee_of(id, each.effective), node);
        };
        if (governs(cluster.committee)) return true;
        if (std::any_of(cluster.earlier.begin(), cluster.earlier.end(), governs)) return true;
    }
    return false;
}

}  // namespace

bool found_validators(ChainState& state) {
    order_validators(state);
    state.tip_validators = state.validators;
    return !state.validators.empty() && state.validators.size() <= kMaxValidators;
}

Result<void, Reject> check_joins(const ChainState& state, const NodeRegistration& node) {
    for (const auto& [id, record] : state.nodes) {
        if (record.registration.signing_key == node.signing_key) {
            return unexpected(Reject::already_registered);
        }
    }
    if (state.validator_change) return unexpected(Reject::change_pending);
    if (state.validators.size() >= kMaxValidators) return unexpected(Reject::out_of_range);
    return {};
}

Result<void, Reject> check_leaves(const ChainState& state, const NodeId& node, Window earliest) {
    const auto* found = state.nodes.find(node);
    if (found == nullptr) return unexpected(Reject::unknown_node);
    if (found->revoked_from) return unexpected(Reject::revoked);
    if (state.validator_change) return unexpected(Reject::change_pending);
    if (state.validators.size() <= kFewestAfterRevocation) {
        return unexpected(Reject::too_few_validators);
    }
    if (is_allocated(state, node, earliest) || owes_handover(state, node)) {
        return unexpected(Reject::still_allocated);
    }
    return {};
}

Height schedule_change(ChainState& state, const NodeId& node, Height height) {
    CHECK(!state.validator_change);
    const Height from = height + kHeightsAhead;
    state.validator_change = ValidatorChange{node, from};
    return from;
}

void advance_validators(ChainState& state, Height height) {
    if (!state.validator_change || state.validator_change->from > height) return;
    state.validator_change.reset();
    state.validator_epoch += 1;
    order_validators(state);
}

}  // namespace fairfeed
