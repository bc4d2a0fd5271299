#include "core/state/replacement_rules.h"

#include <algorithm>

namespace fairfeed {

namespace {

using Verdict = Result<void, Reject>;

bool has_all(const CommitteeAllocation& committee, const std::vector<NodeId>& wanted) {
    return std::all_of(wanted.begin(), wanted.end(),
                       [&](const NodeId& node) { return is_member(committee, node); });
}

bool is_granted(const KeyGrant& grant, const std::vector<NodeId>& members) {
    return std::all_of(members.begin(), members.end(), [&](const NodeId& member) {
        return std::any_of(grant.entries.begin(), grant.entries.end(),
                           [&](const KeyGrantEntry& entry) { return entry.recipient == member; });
    });
}

// The window before `effective` closes the old meter's account: the old meter has an entry in it,
// and it is not settled yet.
bool is_open_before(const ChainState& state, const MeterRecord& old, Window effective) {
    const auto first = settles_from(old);
    const auto next = state.next_window(old.registration.cluster);
    return first && *first < effective && next && *next < effective;
}

Verdict check_permit(const ChainState& state, const MeterRegistration& meter, Height height) {
    const WorkPermit& permit = *meter.permit;
    const auto* old = state.meters.find(permit.replaces);
    if (old == nullptr) return unexpected(Reject::unknown_meter);
    if (old->replaced) return unexpected(Reject::replaced);
    if (old->registration.service_point != meter.service_point) {
        return unexpected(Reject::wrong_connection);
    }
    // Another meter may stand there since the old one was tampered with.
    const bool collides =
        old->tampered ? state.connections.collide(meter) : state.connections.is_known_key(meter);
    if (collides) return unexpected(Reject::already_registered);
    if (permit.since > meter.effective || !is_register_set(permit.closing))
        return unexpected(Reject::out_of_range);
    if (height == 0) return unexpected(Reject::not_effective);
    if (!is_open_before(state, *old, meter.effective)) return unexpected(Reject::closed_window);
    if (!may_close(state, *old, meter.effective - 1)) return unexpected(Reject::not_granted);
    return {};
}

}  // namespace

bool is_register_set(const Registers& registers) {
    const auto within = [](std::int64_t wh) { return wh >= 0 && wh <= kMaxInstalledWh; };
    return within(registers.import_wh) && within(registers.export_wh) &&
           within(registers.generation_wh);
}

Verdict check_connection(const ChainState& state, const MeterRegistration& meter, Height height) {
    if (meter.permit) return check_permit(state, meter, height);
    if (state.connections.collide(meter)) return unexpected(Reject::already_registered);
    return {};
}

void note_successor(ChainState& state, const MeterRegistration& successor) {
    const WorkPermit& permit = *successor.permit;
    state.meters.edit(permit.replaces).replaced =
        ReplacedMeter{successor.effective, permit.closing, successor.meter};
}

std::size_t places_freed(const ChainState& state, const MeterRegistration& meter) {
    if (!meter.permit) return 0;
    const MeterRecord& old = state.meters.at(meter.permit->replaces);
    return old.registration.cluster == meter.cluster && !old.tampered ? 1 : 0;
}

void apply_permit(ChainState& state, const MeterRegistration& meter, Height height) {
    note_successor(state, meter);
    const MeterRecord old = state.meters.at(meter.permit->replaces);  // a copy: the tree is edited
    const ClusterId& id = old.registration.cluster;
    MeterRecord& fresh = state.meters.edit(meter.meter);
    fresh.capacity_w = old.capacity_w;
    fresh.certificate = old.certificate;
    fresh.deauthorised = old.deauthorised;
    // From now on the old meter's readings are held against the permit.
    const Window next = state.next_window(id).value_or(meter.effective);
    ClusterRecord& cluster = state.clusters.edit(id);
    cluster.changes.push_back({height, next});
    if (!old.tampered) ++cluster.out;
}

bool may_close(const ChainState& state, const MeterRecord& meter, Window last) {
    if (!meter.tampered || meter.tampered->from > last) return true;
    const auto first = settles_from(meter);
    if (!first) return false;
    const ClusterId& id = meter.registration.cluster;
    const ClusterRecord& cluster = *state.cluster(id);
    const std::vector<NodeId>& members = state.committee_of(id, last)->members;
    const KeyGrant* grant = state.key_grant(meter.registration.meter, last);
    if (grant == nullptr || !is_granted(*grant, members)) return false;
    if (*first >= meter.tampered->from) return true;  // it never had a line
    const Window known = meter.tampered->from - 1;
    const auto knew = [&](Window window) {
        const bool is_between = window > known && window <= last;
        return !is_between || has_all(*state.committee_of(id, window), members);
    };
    return has_all(*state.committee_of(id, known), members) && knew(cluster.committee.effective) &&
           std::all_of(cluster.earlier.begin(), cluster.earlier.end(),
                       [&](const CommitteeAllocation& each) { return knew(each.effective); });
}

}  // namespace fairfeed
