#include "core/state/handover_rules.h"

#include <algorithm>

#include "core/state/authority_rules.h"
#include "core/state/registry.h"
#include "core/wire/handover_codec.h"
#include "core/wire/transaction_codec.h"

namespace fairfeed {
namespace {

// A committee of this size tolerates one liar (rule 9).
constexpr std::size_t kFullCommittee = 4;
// DGMD's handovers after one settlement to one committee. More than one lets DGMD correct itself.
constexpr std::ptrdiff_t kMostOfDgmd = 4;

bool has(const std::vector<NodeId>& members, const NodeId& node) {
    return std::find(members.begin(), members.end(), node) != members.end();
}

const std::vector<NodeId>* last_members(const ChainState& state, const ClusterId& cluster) {
    const ClusterRecord* record = state.cluster(cluster);
    if (record == nullptr || !record->last_window) return nullptr;
    return &state.committee_of(cluster, *record->last_window)->members;
}

std::ptrdiff_t handovers_by(const ClusterRecord& record, const NodeId& sender,
                            std::uint32_t epoch) {
    return std::count_if(
        record.handovers.begin(), record.handovers.end(),
        [&](const HandoverNote& note) { return note.by == sender && note.epoch == epoch; });
}

// Whether enough members have handed over that at least one of them is honest.
bool have_members_handed_over(const ChainState& state, const ClusterId& cluster) {
    const ClusterRecord& record = *state.cluster(cluster);
    const std::uint32_t epoch = next_committee(state, cluster)->epoch;
    const std::size_t needed = last_members(state, cluster)->size() == kFullCommittee ? 2 : 1;
    const auto given = std::count_if(
        record.handovers.begin(), record.handovers.end(), [&](const HandoverNote& note) {
            return note.epoch == epoch && note.by != state.genesis.dgmd;
        });
    return static_cast<std::size_t>(given) >= needed;
}

Result<void, Reject> check_recipients(const ChainState& state, const Transaction& transaction,
                                      const CommitteeAllocation& next) {
    std::vector<NodeId> recipients;
    for (const KeyGrantEntry& entry : std::get<Handover>(transaction.content).entries)
        recipients.push_back(entry.recipient);
    if (transaction.signer != state.genesis.dgmd) {
        if (recipients == newcomers(state, next.cluster)) return {};
        return unexpected(Reject::not_a_member);
    }
    const bool all_known = std::all_of(recipients.begin(), recipients.end(),
                                       [&](const NodeId& node) { return has(next.members, node); });
    const auto come = newcomers(state, next.cluster);
    const bool nobody_left_out = std::all_of(
        come.begin(), come.end(), [&](const NodeId& node) { return has(recipients, node); });
    if (!all_known || !nobody_left_out) return unexpected(Reject::not_a_member);
    return {};
}

}  // namespace

const CommitteeAllocation* next_committee(const ChainState& state, const ClusterId& cluster) {
    const auto next = state.next_window(cluster);
    return next ? state.committee_of(cluster, *next) : nullptr;
}

std::vector<NodeId> newcomers(const ChainState& state, const ClusterId& cluster) {
    std::vector<NodeId> found;
    const auto* last = last_members(state, cluster);
    const auto* next = next_committee(state, cluster);
    if (last == nullptr || next == nullptr) return found;
    for (const NodeId& member : next->members)
        if (!has(*last, member)) found.push_back(member);
    std::sort(found.begin(), found.end());
    return found;
}

bool is_handed_over(const ChainState& state, const ClusterId& cluster) {
    if (newcomers(state, cluster).empty()) return true;
    const std::uint32_t epoch = next_committee(state, cluster)->epoch;
    return handovers_by(*state.cluster(cluster), state.genesis.dgmd, epoch) > 0 ||
           have_members_handed_over(state, cluster);
}

bool may_hand_over(const ChainState& state, const ClusterId& cluster, const NodeId& sender) {
    const auto* last = last_members(state, cluster);
    const auto* next = next_committee(state, cluster);
    if (last == nullptr || next == nullptr) return false;
    const auto said = handovers_by(*state.cluster(cluster), sender, next->epoch);
    if (sender == state.genesis.dgmd) return said < kMostOfDgmd;
    return said == 0 && has(*last, sender) && !state.is_revoked(sender) &&
           !newcomers(state, cluster).empty() && !have_members_handed_over(state, cluster);
}

bool owes_handover(const ChainState& state, const NodeId& node) {
    return std::any_of(state.clusters.begin(), state.clusters.end(), [&](const auto& entry) {
        const auto* last = last_members(state, entry.id);
        return last != nullptr && has(*last, node) && !is_handed_over(state, entry.id);
    });
}

Result<void, Reject> check_handover(const ChainState& state, const Transaction& transaction) {
    const auto& handover = std::get<Handover>(transaction.content);
    const ClusterRecord* record = state.cluster(handover.cluster);
    if (record == nullptr) return unexpected(Reject::wrong_cluster);
    if (!transaction.endorsements.empty()) return unexpected(Reject::malformed);
    if (record->last_window && handover.window < *record->last_window) {
        return unexpected(Reject::already_committed);
    }
    if (record->last_window != handover.window || record->last_settlement != handover.settlement) {
        return unexpected(Reject::wrong_previous);
    }
    const auto* next = next_committee(state, handover.cluster);
    if (next == nullptr || next->epoch != handover.epoch) return unexpected(Reject::stale_state);
    const NodeId& sender = transaction.signer;
    if (sender != state.genesis.dgmd && !has(*last_members(state, handover.cluster), sender)) {
        return unexpected(Reject::not_a_member);
    }
    const bool is_known =
        std::any_of(record->handovers.begin(), record->handovers.end(),
                    [&](const HandoverNote& note) { return note.id == transaction.id; });
    if (is_known || !may_hand_over(state, handover.cluster, sender)) {
        return unexpected(Reject::already_committed);
    }
    if (auto right = check_recipients(state, transaction, *next); !right) return right;
    if (!are_wrapped_with_points(handover.entries)) return unexpected(Reject::malformed);
    return {};
}

Result<void, Reject> check_signed_handover(const ChainState& state, const Transaction& transaction,
                                           SignatureChecker& signatures) {
    if (auto may = check_handover(state, transaction); !may) return may;
    return check_sent(state, transaction, signatures);
}

void apply_handover(ChainState& state, const Transaction& transaction) {
    const auto& handover = std::get<Handover>(transaction.content);
    state.clusters.edit(handover.cluster)
        .handovers.push_back({transaction.signer, handover.epoch, transaction.id});
}

Result<void, Reject> check_sent(const ChainState& state, const Transaction& handover,
                                SignatureChecker& signatures) {
    const auto verify = [&](const VerifyKey& key) {
        return signatures.transaction(handover, state.network, key);
    };
    if (handover.signer == state.genesis.dgmd) return check_by_dgmd(state, verify);
    const VerifyKey* key = state.node_key(handover.signer);
    return key != nullptr ? verify(*key) : unexpected(Reject::unknown_node);
}

}  // namespace fairfeed
