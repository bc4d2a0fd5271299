#include "core/state/accusations.h"

#include <algorithm>

#include "core/state/late_rules.h"
#include "core/state/settlement_rules.h"

namespace fairfeed {

namespace {

using Verdict = Result<void, Reject>;

bool is_of_meter(const Evidence& evidence) {
    return evidence.offence == Offence::two_readings;
}

bool is_of_consensus(const Evidence& evidence) {
    return evidence.offence == Offence::two_votes || evidence.offence == Offence::two_proposals;
}

// Orders the offences of one kind: higher is newer.
std::uint64_t place_of(const Evidence& evidence) {
    return is_of_consensus(evidence) ? evidence.place.height : evidence.place.window;
}

bool is_newer(const OffenceRecord& record, const Evidence& evidence) {
    return record.count == 0 || place_of(evidence) > record.newest;
}

void add(OffenceRecord& record, const Transaction& transaction, const Evidence& evidence) {
    record.count += 1;
    record.last = transaction.id;
    record.newest = std::max(record.newest, place_of(evidence));
}

// Whether a future settlement, under any committee, could list a reading of this window, in time or
// late.
bool is_open(const ChainState& state, const MeterRecord& meter, Window window) {
    const auto next = state.next_window(meter.registration.cluster);
    return next && (window >= *next || open_span(state, *next).has(meter, window));
}

// The windows of the two readings that can still be voided.
std::vector<Window> windows_to_void(const ChainState& state, const Evidence& evidence) {
    const MeterId id(evidence.culprit);
    const MeterRecord& meter = state.meters.at(id);
    std::vector<Window> open;
    for (const Window window : {evidence.place.earlier, evidence.place.window}) {
        const bool known = !open.empty() && open.back() == window;
        if (known || !is_open(state, meter, window) || state.is_voided(id, window)) continue;
        open.push_back(window);
    }
    return open;
}

Verdict check_meter(const ChainState& state, const Evidence& evidence, std::int64_t time_ms) {
    const auto* meter = state.meters.find(MeterId(evidence.culprit));
    if (meter == nullptr) return unexpected(Reject::unknown_meter);
    if (!window_is_over(state, evidence.place.window, time_ms)) {
        return unexpected(Reject::future_window);
    }
    if (is_newer(meter->offences, evidence)) return {};
    if (windows_to_void(state, evidence).empty()) return unexpected(Reject::already_committed);
    return {};
}

Verdict check_node(const ChainState& state, const Evidence& evidence, Height height,
                   std::int64_t time_ms) {
    const auto* node = state.nodes.find(NodeId(evidence.culprit));
    if (node == nullptr) return unexpected(Reject::unknown_node);
    if (is_of_consensus(evidence)) {
        if (evidence.place.height > height) return unexpected(Reject::wrong_height);
    } else {
        if (!state.cluster(evidence.place.cluster)) return unexpected(Reject::wrong_cluster);
        if (!window_is_over(state, evidence.place.window, time_ms)) {
            return unexpected(Reject::future_window);
        }
    }
    const auto before = node->offences.find(evidence.offence);
    if (before != node->offences.end() && !is_newer(before->second, evidence)) {
        return unexpected(Reject::already_committed);
    }
    return {};
}

const Evidence& evidence_of(const Transaction& transaction) {
    const auto* evidence = std::get_if<Evidence>(&transaction.content);
    CHECK(evidence != nullptr);
    return *evidence;
}

}  // namespace

const VerifyKey* key_of_culprit(const ChainState& state, const Evidence& evidence) {
    return is_of_meter(evidence) ? state.meter_key(MeterId(evidence.culprit))
                                 : state.node_key(NodeId(evidence.culprit));
}

Verdict check_evidence(const ChainState& state, const Evidence& evidence, Height height,
                       std::int64_t time_ms) {
    return is_of_meter(evidence) ? check_meter(state, evidence, time_ms)
                                 : check_node(state, evidence, height, time_ms);
}

void apply_evidence(ChainState& state, const Transaction& transaction, Height height) {
    const Evidence& evidence = evidence_of(transaction);
    if (!is_of_meter(evidence)) {
        NodeRecord& node = state.nodes.edit(NodeId(evidence.culprit));
        add(node.offences[evidence.offence], transaction, evidence);
        return;
    }
    const std::vector<Window> open = windows_to_void(state, evidence);
    MeterRecord& meter = state.meters.edit(MeterId(evidence.culprit));
    add(meter.offences, transaction, evidence);
    ClusterRecord& cluster = state.clusters.edit(meter.registration.cluster);
    for (const Window window : open) {
        auto& voided = meter.voided;
        voided.insert(std::lower_bound(voided.begin(), voided.end(), window), window);
        cluster.changes.push_back({height, window});
    }
}

namespace {

// The first window that would be settled without the meter.
Window first_without(const ChainState& state, const MeterAlarm& event) {
    return std::max(event.window, state.next_window(event.cluster).value_or(0));
}

}  // namespace

Verdict check_event(const ChainState& state, const MeterAlarm& event, std::int64_t time_ms) {
    if (event.version != 1) return unexpected(Reject::unsupported_version);
    if (event.network != state.network) return unexpected(Reject::wrong_network);
    const auto* meter = state.meters.find(event.meter);
    if (meter == nullptr) return unexpected(Reject::unknown_meter);
    if (event.cluster != meter->registration.cluster) {
        return unexpected(Reject::wrong_cluster);
    }
    if (meter->tampered) return unexpected(Reject::already_committed);
    if (state.is_out(event.meter, first_without(state, event))) {
        return unexpected(Reject::replaced);
    }
    if (state.grid().grid_s(time_ms) < state.grid().start_s(event.window)) {
        return unexpected(Reject::future_window);
    }
    return {};
}

void apply_event(ChainState& state, const Transaction& transaction, Height height) {
    const auto* event = std::get_if<MeterAlarm>(&transaction.content);
    CHECK(event != nullptr);
    const Window from = first_without(state, *event);
    ClusterRecord& cluster = state.clusters.edit(event->cluster);
    MeterRecord& meter = state.meters.edit(event->meter);
    meter.tampered = Tampering{from, event->type, transaction.id};
    if (!meter.replaced) {
        state.connections.disconnect(meter.registration);
        ++cluster.out;
    }
    cluster.changes.push_back({height, from});
}

}  // namespace fairfeed
