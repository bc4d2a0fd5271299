#include "core/model/transaction.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <variant>

namespace fairfeed {

std::vector<ListedReading> listed_readings(const Settlement& settlement) {
    std::vector<ListedReading> listed = settlement.late;
    for (const SettlementEntry& entry : settlement.entries) {
        if (entry.status != EntryStatus::reading) continue;
        listed.push_back({entry.meter, settlement.window, entry.reading});
    }
    std::sort(listed.begin(), listed.end(), [](const ListedReading& a, const ListedReading& b) {
        return std::tie(a.meter, a.window) < std::tie(b.meter, b.window);
    });
    return listed;
}

bool is_member(const CommitteeAllocation& committee, const NodeId& node) {
    const auto& members = committee.members;
    return std::find(members.begin(), members.end(), node) != members.end();
}

std::string_view to_string(TransactionKind kind) {
    switch (kind) {
        case TransactionKind::genesis:
            return "genesis";
        case TransactionKind::reading:
            return "reading";
        case TransactionKind::settlement:
            return "settlement";
        case TransactionKind::meter:
            return "meter";
        case TransactionKind::node:
            return "node";
        case TransactionKind::committee:
            return "committee";
        case TransactionKind::key_grant:
            return "key_grant";
        case TransactionKind::capacity:
            return "capacity";
        case TransactionKind::tariff:
            return "tariff";
        case TransactionKind::event:
            return "event";
        case TransactionKind::revoke:
            return "revoke";
        case TransactionKind::deauthorise:
            return "deauthorise";
        case TransactionKind::adjust:
            return "adjust";
        case TransactionKind::evidence:
            return "evidence";
        case TransactionKind::offer:
            return "offer";
        case TransactionKind::clearing:
            return "clearing";
        case TransactionKind::certificate:
            return "certificate";
        case TransactionKind::demand_response:
            return "demand_response";
        case TransactionKind::handover:
            return "handover";
        case TransactionKind::officers:
            return "officers";
        case TransactionKind::command:
            return "command";
        case TransactionKind::dgmd_keys:
            return "dgmd_keys";
        case TransactionKind::policy:
            return "policy";
    }
    return "unknown";
}

std::string_view to_string(DeauthorisationReason reason) {
    switch (reason) {
        case DeauthorisationReason::over_capacity:
            return "over_capacity";
        case DeauthorisationReason::unregistered:
            return "unregistered";
        case DeauthorisationReason::failed_inspection:
            return "failed_inspection";
        case DeauthorisationReason::grid_safety:
            return "grid_safety";
        case DeauthorisationReason::requested_by_owner:
            return "requested_by_owner";
    }
    return "unknown";
}

std::optional<DeauthorisationReason> deauthorisation_reason_from(std::uint64_t number) {
    if (number < 1 || number > 5) return std::nullopt;
    return static_cast<DeauthorisationReason>(number);
}

bool is_by_policy(const Transaction& notice) {
    const auto* deauthorisation = std::get_if<Deauthorisation>(&notice.content);
    return deauthorisation != nullptr && deauthorisation->policy.has_value();
}

std::string describe(const Transaction& transaction) {
    if (const auto* reading = std::get_if<SignedReading>(&transaction.content))
        return "reading of meter " + reading->header.meter.str() + ", window " +
               std::to_string(reading->header.window);
    if (const auto* settlement = std::get_if<Settlement>(&transaction.content))
        return "settlement of cluster " + settlement->cluster.str() + ", window " +
               std::to_string(settlement->window);
    if (const auto* handover = std::get_if<Handover>(&transaction.content))
        return "handover of cluster " + handover->cluster.str() + " by " + transaction.signer.str();
    return std::string(to_string(transaction.kind)) + " of " + transaction.signer.str();
}

}  // namespace fairfeed
