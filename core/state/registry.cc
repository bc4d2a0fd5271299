#include "core/state/registry.h"

#include <algorithm>
#include <set>

#include "core/contract/billing.h"
#include "core/state/authority_rules.h"
#include "core/state/capacity_rules.h"
#include "core/state/office_rules.h"
#include "core/state/replacement_rules.h"
#include "core/state/settlement_rules.h"
#include "core/state/validators.h"

namespace fairfeed {

namespace {

using Verdict = Result<void, Reject>;

// What the rules below need to know of the block and its state.
struct Entry {
    const ChainState& state;
    Window earliest = 0;            // first window a change may be effective for
    std::optional<Window> running;  // at the header time
    Height height = 0;

    [[nodiscard]] NoticeTime time() const { return {earliest, running, height}; }
};

Window earliest_effective(const ChainState& state, Height height, std::int64_t time_ms) {
    if (height == 0) return 0;
    const auto running = state.grid().window_at(time_ms);
    if (!running) return 0;
    return *running == UINT32_MAX ? UINT32_MAX : *running + 1;
}

Entry entry_of(const ChainState& state, Height height, std::int64_t time_ms) {
    Entry entry{state, earliest_effective(state, height, time_ms), {}, height};
    if (height > 0) entry.running = state.grid().window_at(time_ms);
    return entry;
}

// The first window from which the members of a committee and the readers of its meters may change.
// If a cluster's next window has been over for longer than one window, the cluster stands still,
// and DGMD may appoint others from that window on.
Window earliest_for(const Entry& entry, const ClusterId& cluster) {
    const auto next = entry.state.next_window(cluster);
    if (!next || !entry.running || *entry.running < std::uint64_t{*next} + 2) return entry.earliest;
    return std::min(entry.earliest, *next);
}

// Whether the node is known and neither revoked nor about to be.
Verdict check_serves(const ChainState& state, const NodeId& node) {
    const auto* found = state.nodes.find(node);
    if (found == nullptr) return unexpected(Reject::unknown_node);
    if (found->revoked_from) return unexpected(Reject::revoked);
    return {};
}

// Names are unique on the whole network, because a name is a certificate's CN and an MQTT user.
bool name_is_taken(const ChainState& state, std::string_view name) {
    return name == state.genesis.dgmd.view() || name == kGridAccount ||
           state.nodes.contains(NodeId(name)) || state.meters.contains(MeterId(name)) ||
           is_of(state.office.office, name);
}

Verdict check(const Entry& entry, const NodeRegistration& node) {
    if (node.node.empty()) return unexpected(Reject::malformed);
    if (name_is_taken(entry.state, node.node.view())) return unexpected(Reject::already_registered);
    if (!VerifyKey::from_point(node.signing_key)) return unexpected(Reject::malformed);
    if (!VerifyKey::from_point(node.agreement_key)) return unexpected(Reject::malformed);
    return check_joins(entry.state, node);
}

Verdict check(const Entry& entry, const NodeRevocation& revocation) {
    return check_leaves(entry.state, revocation.node, entry.earliest);
}

Verdict check(const Entry& entry, const MeterRegistration& meter) {
    if (meter.meter.empty()) return unexpected(Reject::malformed);
    if (name_is_taken(entry.state, meter.meter.view())) {
        return unexpected(Reject::already_registered);
    }
    const ClusterRecord* cluster = entry.state.cluster(meter.cluster);
    if (!cluster) return unexpected(Reject::wrong_cluster);
    if (!is_valid_name(meter.service_point)) return unexpected(Reject::malformed);
    if (!VerifyKey::from_point(meter.signing_key)) return unexpected(Reject::malformed);
    if (!is_rating(meter.rating) || !is_register_set(meter.installed)) {
        return unexpected(Reject::out_of_range);
    }
    if (auto free = check_connection(entry.state, meter, entry.height); !free) return free;
    if (meter.effective < entry.earliest) return unexpected(Reject::not_effective);
    const auto block =
        static_cast<std::size_t>(entry.state.genesis.parameters.max_block_transactions);
    const std::size_t limit = std::min(kMaxClusterMeters, block - 1);
    if (cluster->meters.size() - cluster->out - places_freed(entry.state, meter) >= limit)
        return unexpected(Reject::out_of_range);
    return {};
}

bool reads(const KeyGrant& grant, const NodeId& node) {
    return std::any_of(grant.entries.begin(), grant.entries.end(),
                       [&](const KeyGrantEntry& entry) { return entry.recipient == node; });
}

bool all_read(const KeyGrant& grant, const CommitteeAllocation& committee) {
    return std::all_of(committee.members.begin(), committee.members.end(),
                       [&](const NodeId& member) { return reads(grant, member); });
}

// Every member must be able to read every meter it is to settle, from the first window on and under
// every later grant on the chain. Otherwise a change of committee would stop the cluster.
Verdict check_granted(const ChainState& state, const CommitteeAllocation& committee) {
    const ClusterRecord* cluster = state.cluster(committee.cluster);
    if (!cluster) return {};
    for (const MeterId& id : cluster->meters) {
        const MeterRecord& meter = state.meters.at(id);
        if (meter.grants.empty()) continue;
        const Window first = std::max(
            {committee.effective, meter.registration.effective, meter.grants.front().effective});
        const auto is_read = [&](Window window) {
            return state.is_out(id, window) || all_read(*state.key_grant(id, window), committee);
        };
        bool all = is_read(first);
        for (const KeyGrant& grant : meter.grants)
            if (grant.effective > first) all = all && is_read(grant.effective);
        if (!all) return unexpected(Reject::not_granted);
    }
    return {};
}

// A meter's first grant decides when the meter is first settled, so every committee that settles
// it, under each COMMITTEE on the chain, must be able to read it. Later grants precede the
// COMMITTEE for which they are made.
Verdict check_first_grant(const ChainState& state, const MeterRecord& meter,
                          const KeyGrant& grant) {
    if (!meter.grants.empty()) return {};
    const ClusterId& id = meter.registration.cluster;
    const Window first = std::max(meter.registration.effective, grant.effective);
    const auto is_read = [&](Window window) {
        return state.is_out(grant.meter, window) ||
               all_read(grant, *state.committee_of(id, window));
    };
    const ClusterRecord& cluster = *state.cluster(id);
    bool all = is_read(first) && is_read(std::max(first, cluster.committee.effective));
    for (const CommitteeAllocation& earlier : cluster.earlier)
        if (earlier.effective > first) all = all && is_read(earlier.effective);
    if (!all) return unexpected(Reject::not_granted);
    return {};
}

Verdict check(const Entry& entry, const CommitteeAllocation& committee) {
    if (committee.cluster.empty()) return unexpected(Reject::malformed);
    const auto& members = committee.members;
    if (members.empty() || members.size() > kMaxNeighbours + 1) {
        return unexpected(Reject::out_of_range);
    }
    if (std::set<NodeId>(members.begin(), members.end()).size() != members.size()) {
        return unexpected(Reject::duplicate);
    }
    for (const NodeId& member : members) {
        if (auto may = check_serves(entry.state, member); !may) return may;
    }
    const ClusterRecord* known = entry.state.cluster(committee.cluster);
    const std::uint32_t last_epoch = known ? known->committee.epoch : 0;
    if (committee.epoch != last_epoch + 1) return unexpected(Reject::wrong_sequence);
    if (committee.effective < earliest_for(entry, committee.cluster)) {
        return unexpected(Reject::not_effective);
    }
    return check_granted(entry.state, committee);
}

Verdict check(const Entry& entry, const KeyGrant& grant) {
    const auto* meter = entry.state.meters.find(grant.meter);
    if (meter == nullptr) return unexpected(Reject::unknown_meter);
    const auto& grants = meter->grants;
    const KeyEpoch last_epoch = grants.empty() ? 0 : grants.back().epoch;
    if (grant.epoch != last_epoch + 1) return unexpected(Reject::unknown_key_epoch);
    if (grant.entries.empty()) return unexpected(Reject::malformed);
    for (std::size_t i = 0; i < grant.entries.size(); ++i) {
        const NodeId& recipient = grant.entries[i].recipient;
        if (i > 0 && !(grant.entries[i - 1].recipient < recipient)) {
            return unexpected(Reject::not_canonical);
        }
        if (recipient == entry.state.genesis.dgmd) continue;
        if (auto may = check_serves(entry.state, recipient); !may) return may;
    }
    if (!are_wrapped_with_points(grant.entries)) return unexpected(Reject::malformed);
    if (grant.effective < earliest_for(entry, meter->registration.cluster)) {
        return unexpected(Reject::not_effective);
    }
    if (meter->replaced && grant.effective >= meter->replaced->from) {
        return unexpected(Reject::replaced);
    }
    return check_first_grant(entry.state, *meter, grant);
}

Verdict check(const Entry& entry, const CapacityCertificate& certificate) {
    return check_capacity(entry.state, certificate, entry.earliest);
}

Verdict check(const Entry& entry, const Deauthorisation& deauthorisation) {
    return check_deauthorisation(entry.state, deauthorisation, entry.time());
}

Verdict check(const Entry& entry, const DgmdKeyChange& change) {
    return check_dgmd_keys(entry.state, change, entry.height);
}

Verdict check(const Entry& entry, const WatchPolicy& policy) {
    return check_policy(policy, entry.height);
}

// Block 0 commands nobody, and a meter that was opened or taken out obeys nobody any more.
Verdict check(const Entry& entry, const MeterCommand& command) {
    const auto* meter = entry.state.meters.find(command.meter);
    if (meter == nullptr) return unexpected(Reject::unknown_meter);
    if (meter->tampered) return unexpected(Reject::tampered);
    if (meter->replaced) return unexpected(Reject::replaced);
    if (fault_of(command)) return unexpected(Reject::out_of_range);
    if (entry.height == 0 || command.effective < entry.earliest) {
        return unexpected(Reject::not_effective);
    }
    return {};
}

// Block 0 has the officers of GENESIS, who approve it.
Verdict check(const Entry& entry, const OfficeChange& change) {
    if (entry.height == 0) return unexpected(Reject::not_effective);
    return check_office(entry.state, change.office);
}

Verdict check(const Entry& entry, const TariffNotice& notice) {
    if (fault_of(notice.tariff)) return unexpected(Reject::out_of_range);
    if (notice.effective < entry.earliest) return unexpected(Reject::not_effective);
    const GridClock grid = entry.state.grid();
    if (notice.effective > 0 &&
        !opens_a_week(notice.tariff.clock, grid.start_s(notice.effective), grid.window_seconds())) {
        return unexpected(Reject::not_effective);
    }
    const auto& before = entry.state.tariffs;
    if (!before.empty() && notice.effective < before.back().effective) {
        return unexpected(Reject::not_effective);
    }
    return {};
}

// DGMD may not send any other kind of transaction.
template <class Other>
Verdict check(const Entry&, const Other&) {
    return unexpected(Reject::reserved_kind);
}

void changed(ChainState& state, const ClusterId& cluster, Height height, Window effective) {
    if (height > 0) state.clusters.edit(cluster).changes.push_back({height, effective});
}

void apply(ChainState& state, const NodeRegistration& node, Height height) {
    NodeRecord& record = state.nodes.edit(node.node);
    record.registration = node;
    record.key = VerifyKey::from_point(node.signing_key);
    if (height > 0) (void)schedule_change(state, node.node, height);
}

void apply(ChainState& state, const NodeRevocation& revocation, Height height) {
    state.nodes.edit(revocation.node).revoked_from =
        schedule_change(state, revocation.node, height);
}

void apply(ChainState& state, const MeterRegistration& meter, Height height) {
    MeterRecord& record = state.meters.edit(meter.meter);
    record.registration = meter;
    record.key = VerifyKey::from_point(meter.signing_key);
    if (meter.permit) apply_permit(state, meter, height);
    state.connections.connect(meter);
    auto& members = state.clusters.edit(meter.cluster).meters;
    members.insert(std::upper_bound(members.begin(), members.end(), meter.meter), meter.meter);
    changed(state, meter.cluster, height, meter.effective);
}

void apply(ChainState& state, const CommitteeAllocation& committee, Height height) {
    ClusterRecord& record = state.clusters.edit(committee.cluster);
    if (record.committee.epoch > 0) record.earlier.push_back(record.committee);
    record.committee = committee;
    changed(state, committee.cluster, height, committee.effective);
}

void apply(ChainState& state, const KeyGrant& grant, Height height) {
    MeterRecord& record = state.meters.edit(grant.meter);
    record.grants.push_back(grant);
    std::optional<Window>& opens = state.clusters.edit(record.registration.cluster).opens;
    const Window first = *settles_from(record);
    opens = std::min(opens.value_or(first), first);
    changed(state, record.registration.cluster, height, grant.effective);
}

const ClusterId& cluster_of(const ChainState& state, const MeterId& meter) {
    return state.meters.at(meter).registration.cluster;
}

void apply(ChainState& state, const CapacityCertificate& certificate, Height height) {
    apply_capacity(state, certificate);
    changed(state, cluster_of(state, certificate.meter), height, certificate.effective);
}

void apply(ChainState& state, const Deauthorisation& notice, const NoticeTime& time) {
    apply_deauthorisation(state, notice, time);
    changed(state, cluster_of(state, notice.meter), time.height, notice.effective);
}

void apply(ChainState& state, const WatchPolicy& policy, const NoticeTime& time) {
    apply_policy(state, policy, time.earliest);
}

void apply(ChainState& state, const DgmdKeyChange& change, Height) {
    apply_dgmd_keys(state, change.keys);
}

void apply(ChainState& state, const MeterCommand& command, Height) {
    state.meters.edit(command.meter).command = command;
}

void apply(ChainState& state, const OfficeChange& change, Height) {
    apply_office(state, change.office);
}

void apply(ChainState& state, const TariffNotice& notice, Height height) {
    state.tariffs.push_back({notice.effective, notice.tariff});
    if (height > 0) state.tariff_changes.push_back({height, notice.effective});
}

template <class Other>
void apply(ChainState&, const Other&, Height) {
    CHECK(false);
}

}  // namespace

bool are_wrapped_with_points(const std::vector<KeyGrantEntry>& entries) {
    return std::all_of(entries.begin(), entries.end(),
                       [](const KeyGrantEntry& entry) { return has_point(entry.wrapped); });
}

std::uint64_t registry_sequence(const TransactionContent& content) {
    return std::visit(
        [](const auto& said) -> std::uint64_t {
            if constexpr (requires { said.sequence; }) return said.sequence;
            return 0;
        },
        content);
}

bool may_draft(const ChainState& state, const NodeId& drafter) {
    return drafter == state.genesis.dgmd || find_officer(state.office.office, drafter) != nullptr;
}

Verdict check_registry(const ChainState& state, const Transaction& transaction, Height height,
                       std::int64_t time_ms) {
    if (!is_dgmd_kind(transaction.kind)) return unexpected(Reject::reserved_kind);
    if (!may_draft(state, transaction.signer)) return unexpected(Reject::unknown_node);
    if (height > 0 && window_is_over(state, transaction.valid_until, time_ms)) {
        return unexpected(Reject::expired);
    }
    if (registry_sequence(transaction.content) != state.dgmd_sequence + 1) {
        return unexpected(Reject::wrong_sequence);
    }
    const Entry entry = entry_of(state, height, time_ms);
    return std::visit([&entry](const auto& content) { return check(entry, content); },
                      transaction.content);
}

void apply_registry(ChainState& state, const Transaction& transaction, Height height,
                    std::int64_t time_ms) {
    const NoticeTime when = entry_of(state, height, time_ms).time();
    std::visit(
        [&](const auto& content) {
            if constexpr (requires { apply(state, content, when); })
                apply(state, content, when);
            else
                apply(state, content, height);
        },
        transaction.content);
    state.dgmd_sequence += 1;
}

}  // namespace fairfeed
