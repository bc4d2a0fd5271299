#include "core/state/capacity_rules.h"

#include <algorithm>
#include <functional>

#include "core/state/authority_rules.h"
#include "core/state/late_rules.h"

namespace fairfeed {
namespace {

// The first window of the certificate that was in force in this one; nullopt: none was.
std::optional<Window> certified_since(const MeterRecord& meter, Window window) {
    std::optional<Window> since;
    for (const auto& certified : meter.capacity_w) {
        if (certified.effective > window) break;
        since = certified.value > 0 ? std::optional(certified.effective) : std::nullopt;
    }
    return since;
}

// Whether the window is settled, of the certificate in force, and the meter's reading counts in it.
bool is_evidence(const ChainState& state, const MeterRecord& meter, Window window) {
    const ClusterRecord& cluster = state.clusters.at(meter.registration.cluster);
    if (!cluster.last_window || window > *cluster.last_window) return false;
    if (window < meter.registration.reads_from()) return false;  // it did not measure yet
    if (open_slot(meter, window) || state.is_voided(meter.registration.meter, window)) return false;
    const auto since = certified_since(meter, *cluster.last_window);
    return since && *since <= window;
}

Result<void, Reject> check_evidence_windows(const ChainState& state, const MeterRecord& meter,
                                            const std::vector<Window>& windows) {
    const bool all = std::all_of(windows.begin(), windows.end(),
                                 [&](Window window) { return is_evidence(state, meter, window); });
    const bool ascends =
        std::adjacent_find(windows.begin(), windows.end(), std::greater_equal<>()) == windows.end();
    if (!all || !ascends || windows.size() > kMaxWindowsExceeded) {
        return unexpected(Reject::no_ground);
    }
    return {};
}

Result<void, Reject> check_uses_policy(const ChainState& state, const MeterRecord& meter,
                                       const Deauthorisation& notice, const NoticeTime& time) {
    const auto& policy = state.policy;
    if (!policy || policy->policy.sequence != notice.policy || policy->policy.most_per_week == 0) {
        return unexpected(Reject::no_policy);
    }
    if (!time.running) return unexpected(Reject::not_effective);
    const std::int64_t latest = time.earliest + kSecondsPerDay / state.grid().window_seconds();
    if (notice.effective > latest) return unexpected(Reject::not_effective);
    const WatchLimits& limits = policy->policy.limits;
    const auto& windows = notice.evidence;
    if (notice.reason != DeauthorisationReason::over_capacity ||
        windows.size() != limits.windows_exceeded || windows.front() < policy->from) {
        return unexpected(Reject::no_ground);
    }
    const auto& last = state.clusters.at(meter.registration.cluster).last_window;
    if (!last || std::int64_t{windows.front()} + limits.of_windows <= std::int64_t{*last}) {
        return unexpected(Reject::no_ground);
    }
    if (policy_room(state, *time.running) == 0) return unexpected(Reject::policy_exhausted);
    return {};
}

}  // namespace

Result<void, Reject> check_capacity(const ChainState& state, const CapacityCertificate& certificate,
                                    Window earliest) {
    const auto* meter = state.meters.find(certificate.meter);
    if (meter == nullptr) return unexpected(Reject::unknown_meter);
    if (meter->replaced) return unexpected(Reject::replaced);
    if (certificate.capacity_w < 0 || certificate.capacity_w > kMaxCapacityW) {
        return unexpected(Reject::out_of_range);
    }
    if (certificate.effective < earliest) return unexpected(Reject::not_effective);
    const auto& before = meter->capacity_w;
    if (!before.empty() && certificate.effective < before.back().effective) {
        return unexpected(Reject::not_effective);
    }
    if (!certificate.certificate) {
        const auto& taken = meter->deauthorised;
        if (taken && !taken->by_policy) return unexpected(Reject::deauthorised);
    } else if (certificate.certificate == meter->certificate) {
        return unexpected(Reject::already_committed);
    }
    return {};
}

void apply_capacity(ChainState& state, const CapacityCertificate& certificate) {
    MeterRecord& record = state.meters.edit(certificate.meter);
    record.capacity_w.push_back({certificate.effective, certificate.capacity_w});
    record.deauthorised.reset();
    if (certificate.certificate) record.certificate = certificate.certificate;
}

// A deauthorisation may be brought forward; otherwise one is enough.
Result<void, Reject> check_deauthorisation(const ChainState& state, const Deauthorisation& notice,
                                           const NoticeTime& time) {
    const auto* meter = state.meters.find(notice.meter);
    if (meter == nullptr) return unexpected(Reject::unknown_meter);
    if (meter->replaced) return unexpected(Reject::replaced);
    if (notice.effective < time.earliest) return unexpected(Reject::not_effective);
    if (meter->deauthorised && meter->deauthorised->from <= notice.effective) {
        return unexpected(Reject::deauthorised);
    }
    if (notice.policy) {
        if (auto may = check_uses_policy(state, *meter, notice, time); !may) return may;
    }
    return check_evidence_windows(state, *meter, notice.evidence);
}

// A CAPACITY that was to be effective later is void with it, so the list keeps ascending.
void apply_deauthorisation(ChainState& state, const Deauthorisation& notice,
                           const NoticeTime& time) {
    MeterRecord& record = state.meters.edit(notice.meter);
    std::erase_if(record.capacity_w,
                  [&](const auto& certified) { return certified.effective >= notice.effective; });
    record.capacity_w.push_back({notice.effective, 0});
    // A policy may bring forward what officers decided, and changes nothing else of it.
    const auto before = record.deauthorised;
    const bool officers_did = before && !before->by_policy;
    if (notice.policy && officers_did)
        record.deauthorised = {notice.effective, before->reason, false};
    else
        record.deauthorised = {notice.effective, notice.reason, notice.policy.has_value()};
    if (notice.policy) note_policy_use(state, time.running.value_or(0));
}

}  // namespace fairfeed
