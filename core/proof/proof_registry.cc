#include "core/proof/proof_registry.h"

#include <algorithm>

#include "core/proof/proof_parts.h"
#include "core/state/registry.h"

namespace fairfeed {
namespace {

bool may_be_attached(const Transaction& transaction) {
    const TransactionKind kind = transaction.kind;
    return kind == TransactionKind::event ||
           (is_dgmd_kind(kind) && kind != TransactionKind::key_grant);
}

// The names that a checker still needs, on the way back to genesis. A transaction depends only on
// earlier ones, so one pass backwards finds all.
class Needs {
  public:
    Needs(const RegistrySubjects& subjects, const ChainState& state)
        : subjects_(subjects), state_(state) {}

    [[nodiscard]] bool contain(const Transaction& transaction) const;
    void add_those_of(const Transaction& transaction);

  private:
    RegistrySubjects subjects_;
    // Service points and clusters in which an EVENT allows a new METER.
    std::set<std::string> service_points_;
    std::set<ClusterId> growing_;
    const ChainState& state_;
};

bool Needs::contain(const Transaction& transaction) const {
    const TransactionContent& content = transaction.content;
    switch (transaction.kind) {
        case TransactionKind::node:
        case TransactionKind::revoke:
        case TransactionKind::officers:
        case TransactionKind::dgmd_keys:
        case TransactionKind::policy:
            return true;
        default:
            break;
    }
    if (const auto* meter = std::get_if<MeterRegistration>(&content))
        return subjects_.meters.contains(meter->meter);
    if (const auto* committee = std::get_if<CommitteeAllocation>(&content))
        return subjects_.clusters.contains(committee->cluster);
    if (const auto* event = std::get_if<MeterAlarm>(&content)) {
        const MeterRecord& meter = state_.meters.at(event->meter);
        return service_points_.contains(meter.registration.service_point) ||
               growing_.contains(meter.registration.cluster);
    }
    return subjects_.sequences.contains(registry_sequence(content));
}

void Needs::add_those_of(const Transaction& transaction) {
    const TransactionContent& content = transaction.content;
    if (const auto* meter = std::get_if<MeterRegistration>(&content)) {
        subjects_.clusters.insert(meter->cluster);
        service_points_.insert(meter->service_point);
        growing_.insert(meter->cluster);
        if (meter->permit) subjects_.meters.insert(meter->permit->replaces);
    } else if (const auto* event = std::get_if<MeterAlarm>(&content)) {
        subjects_.meters.insert(event->meter);
    } else if (const auto* capacity = std::get_if<CapacityCertificate>(&content)) {
        subjects_.meters.insert(capacity->meter);
    } else if (const auto* deauthorisation = std::get_if<Deauthorisation>(&content)) {
        subjects_.meters.insert(deauthorisation->meter);
    }
}

}  // namespace

void collect_registry(std::vector<RegistryEvidence>& registry, const CommittedBlock& committed) {
    const Block& block = committed.block;
    if (block.header.height == 0) return;
    for (std::size_t i = 0; i < block.transactions.size(); ++i)
        if (may_be_attached(block.transactions[i]))
            registry.push_back({include(block, i), block.header, committed.certificate});
}

std::set<MeterId> lineage(const ChainState& state, const MeterId& meter) {
    std::set<MeterId> all{meter};
    const auto* permit = &state.meters.at(meter).registration.permit;
    while (*permit && all.insert((*permit)->replaces).second)
        permit = &state.meters.at((*permit)->replaces).registration.permit;
    return all;
}

std::vector<RegistryEvidence> needed_registry(std::vector<RegistryEvidence> registry,
                                              const RegistrySubjects& subjects,
                                              const ChainState& state) {
    Needs needs(subjects, state);
    std::vector<RegistryEvidence> needed;
    for (auto each = registry.rbegin(); each != registry.rend(); ++each) {
        const Transaction& transaction = each->included.transaction;
        if (!needs.contain(transaction)) continue;
        needs.add_those_of(transaction);
        needed.push_back(std::move(*each));
    }
    std::reverse(needed.begin(), needed.end());
    return needed;
}

}  // namespace fairfeed
