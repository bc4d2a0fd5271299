#include "gateway/capacity/peak_watch.h"

#include <algorithm>

#include "core/accounts/plausibility.h"
#include "core/base/check.h"
#include "core/wire/transaction_codec.h"

namespace fairfeed {
namespace {

constexpr std::int64_t kMostPercent = 1000;
constexpr std::size_t kMostWeeks = 52;

bool is_above(const PeakReport& report, std::int64_t percent) {
    return Int128{report.peak_w} * 100 > Int128{report.capacity_w} * percent;
}

std::int64_t ppm_of(std::int64_t part_w, std::int64_t whole_w) {
    return narrow(Int128{part_w} * kPpm / whole_w).value_or(INT64_MAX);
}

std::int64_t median_of(std::vector<std::int64_t> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

std::int64_t median_without(const std::map<MeterId, std::int64_t>& all, const MeterId* left_out) {
    std::vector<std::int64_t> values;
    for (const auto& [meter, value] : all)
        if (left_out == nullptr || meter != *left_out) values.push_back(value);
    return values.empty() ? 0 : median_of(std::move(values));
}

std::string percent_text(std::int64_t ppm) {
    return std::to_string(ppm / (kPpm / 100)) + " %";
}

std::string sentence(const PeakAboveCertificate& found) {
    const PeakReport& report = found.report;
    return report.meter.str() + " reached " + std::to_string(report.peak_w) + " W in window " +
           std::to_string(report.window) + ", " +
           percent_text(ppm_of(report.peak_w, report.capacity_w)) + " of the " +
           std::to_string(report.capacity_w) + " W that are certified.";
}

std::string sentence(const CapacityExceeded& found) {
    std::string windows;
    for (const PeakReport& each : found.windows)
        windows += (windows.empty() ? "" : ", ") + std::to_string(each.peak_w) + " W in window " +
                   std::to_string(each.window);
    return found.meter.str() + " exceeded the " + std::to_string(found.windows.back().capacity_w) +
           " W that are certified too often: " + windows + ".";
}

std::string sentence(const CapacityOverstated& found) {
    return found.meter.str() + " never came above " + std::to_string(found.best_w) + " W, " +
           percent_text(found.best_ppm) + " of its certificate, in the last " +
           std::to_string(found.weeks.size()) + " clear weeks; its neighbours of " +
           found.cluster.str() + " came to " + percent_text(found.neighbours_ppm) + ".";
}

// The newest ones, as many as a notice may name.
std::vector<Window> windows_of(const CapacityExceeded& excess) {
    std::vector<Window> windows;
    for (const PeakReport& report : excess.windows)
        windows.push_back(report.window);
    if (windows.size() > kMaxWindowsExceeded)
        windows.erase(windows.begin(),
                      windows.end() - static_cast<std::ptrdiff_t>(kMaxWindowsExceeded));
    return windows;
}

}  // namespace

std::string fault_of(const PeakLimits& limits) {
    const auto is_percent = [](std::int64_t value) { return value >= 1 && value <= kMostPercent; };
    if (const auto fault = fault_of(limits.watch)) return std::string(*fault);
    if (!is_percent(limits.clear_percent) || !is_percent(limits.low_percent))
        return "clear and low: 1 to 1000 percent";
    if (limits.clear_weeks < 1 || limits.clear_weeks > kMostWeeks) return "clear weeks: 1 to 52";
    if (limits.fewest_meters < 2) return "fewest meters: a meter has no neighbours below 2";
    return "";
}

std::vector<PeakReport> peak_reports(const OpenedBlock& opened) {
    std::vector<PeakReport> reports;
    for (const RecomputedSettlement& settlement : opened.settlements) {
        for (const auto& [window, readings] : settlement.readings) {
            for (const auto& [meter, reading] : readings) {
                reports.push_back(
                    {.meter = meter,
                     .cluster = settlement.opened.cluster,
                     .window = window,
                     .capacity_w = opened.step.after.capacity_w(meter, window),
                     .peak_w = narrow(peak_generation_w(reading.body)).value_or(INT64_MAX),
                     .is_curtailed = (reading.body.flags & kFlagCurtailed) != 0});
            }
        }
    }
    std::sort(reports.begin(), reports.end(), [](const PeakReport& a, const PeakReport& b) {
        return std::tie(a.window, a.meter) < std::tie(b.window, b.meter);
    });
    return reports;
}

std::string describe(const PeakFinding& finding) {
    return std::visit([](const auto& found) { return sentence(found); }, finding);
}

PeakWatch::PeakWatch(const PeakLimits& limits, std::int64_t windows_per_week)
    : first_limits_(limits), limits_(limits), windows_per_week_(windows_per_week) {
    CHECK(fault_of(limits).empty() && windows_per_week > 0);
}

std::vector<PeakFinding> PeakWatch::follow(const std::vector<PeakReport>& reports,
                                           const std::optional<PolicyInForce>& policy) {
    std::vector<PeakFinding> found;
    if (policy) take_over(*policy);
    for (const PeakReport& report : reports)
        if (report.capacity_w > 0) {
            on_report(report, found);
        } else {
            forget(report);
        }
    return found;
}

void PeakWatch::take_over(const PolicyInForce& policy) {
    limits_.watch = policy.policy.limits;
    counted_from_ = policy.from;
    if (policy.policy.sequence == policy_) return;
    policy_ = policy.policy.sequence;
    for (auto& [id, meter] : meters_) {
        std::erase_if(meter.exceeded, [&](const auto& each) { return each.first < policy.from; });
        meter.is_excess_told = false;
    }
}

void PeakWatch::on_report(const PeakReport& report, std::vector<PeakFinding>& out) {
    const std::int64_t week = report.window / windows_per_week_;
    enter_week(report.cluster, week, out);
    const WatchedCluster& cluster = clusters_.at(report.cluster);
    WatchedMeter& meter = meters_[report.meter];
    if (meter.capacity_w != report.capacity_w || meter.cluster != report.cluster) {
        if (report.window < meter.newest) return;  // late, and of an earlier certificate
        meter = {};
        meter.cluster = report.cluster;
        meter.capacity_w = report.capacity_w;
        meter.judge_from = cluster.clear_count + limits_.clear_weeks;
    }
    meter.newest = std::max(meter.newest, report.window);
    on_excess(meter, report, out);
    const auto& clear = cluster.clear_weeks;
    const bool counts =
        week == cluster.week || std::find(clear.begin(), clear.end(), week) != clear.end();
    if (counts && !report.is_curtailed) {
        std::int64_t& best_w = meter.best_w[week];
        best_w = std::max(best_w, report.peak_w);
    }
}

void PeakWatch::forget(const PeakReport& report) {
    const auto found = meters_.find(report.meter);
    if (found == meters_.end() || report.window < found->second.newest) return;
    found->second = {};
    found->second.newest = report.window;
}

void PeakWatch::on_excess(WatchedMeter& meter, const PeakReport& report,
                          std::vector<PeakFinding>& out) {
    const WatchLimits& watch = limits_.watch;
    if (is_above(report, watch.warn_percent)) out.push_back(PeakAboveCertificate{report});
    if (report.window >= counted_from_ && is_above(report, watch.exceed_percent))
        meter.exceeded[report.window] = report;
    std::erase_if(meter.exceeded,
                  [&](const auto& each) { return meter.newest - each.first >= watch.of_windows; });
    if (meter.exceeded.size() < watch.windows_exceeded) {
        meter.is_excess_told = false;
        return;
    }
    if (meter.is_excess_told) return;
    meter.is_excess_told = true;
    CapacityExceeded excess{.meter = report.meter, .cluster = report.cluster, .windows = {}};
    for (const auto& [window, each] : meter.exceeded)
        excess.windows.push_back(each);
    out.push_back(std::move(excess));
}

void PeakWatch::enter_week(const ClusterId& cluster, std::int64_t week,
                           std::vector<PeakFinding>& out) {
    const auto [found, is_new] = clusters_.try_emplace(cluster);
    WatchedCluster& watched = found->second;
    if (is_new) watched.week = week;
    if (week <= watched.week) return;
    const auto reached = best_ppm(cluster, {watched.week});
    if (reached.size() >= limits_.fewest_meters &&
        median_without(reached, nullptr) * 100 >= limits_.clear_percent * kPpm) {
        watched.clear_weeks.push_back(watched.week);
        ++watched.clear_count;
        if (watched.clear_weeks.size() > limits_.clear_weeks)
            watched.clear_weeks.erase(watched.clear_weeks.begin());
        judge(cluster, watched, out);
    }
    watched.week = week;
    forget_weeks(cluster, watched);
}

void PeakWatch::judge(const ClusterId& cluster, const WatchedCluster& watched,
                      std::vector<PeakFinding>& out) {
    const auto reached = best_ppm(cluster, watched.clear_weeks);
    if (reached.size() < limits_.fewest_meters) return;
    for (const auto& [id, ppm] : reached) {
        WatchedMeter& meter = meters_.at(id);
        const std::int64_t others_ppm = median_without(reached, &id);
        if (watched.clear_count < meter.judge_from) continue;
        if (Int128{ppm} * 100 >= Int128{others_ppm} * limits_.low_percent) continue;
        meter.judge_from = watched.clear_count + limits_.clear_weeks;
        std::int64_t best_w = 0;
        for (const std::int64_t week : watched.clear_weeks)
            best_w = std::max(best_w, meter.best_w.at(week));
        out.push_back(CapacityOverstated{id, cluster, meter.capacity_w, best_w, ppm, others_ppm,
                                         watched.clear_weeks});
    }
}

std::map<MeterId, std::int64_t> PeakWatch::best_ppm(const ClusterId& cluster,
                                                    const std::vector<std::int64_t>& weeks) const {
    std::map<MeterId, std::int64_t> reached;
    for (const auto& [id, meter] : meters_) {
        if (meter.cluster != cluster) continue;
        std::int64_t best_w = 0;
        const bool is_whole = std::all_of(weeks.begin(), weeks.end(), [&](std::int64_t week) {
            const auto found = meter.best_w.find(week);
            if (found != meter.best_w.end()) best_w = std::max(best_w, found->second);
            return found != meter.best_w.end();
        });
        if (is_whole) reached[id] = ppm_of(best_w, meter.capacity_w);
    }
    return reached;
}

void PeakWatch::forget_weeks(const ClusterId& cluster, const WatchedCluster& watched) {
    const auto& clear = watched.clear_weeks;
    for (auto& [id, meter] : meters_) {
        if (meter.cluster != cluster) continue;
        std::erase_if(meter.best_w, [&](const auto& each) {
            return each.first < watched.week &&
                   std::find(clear.begin(), clear.end(), each.first) == clear.end();
        });
    }
}

Draft deauthorisation_draft(const CapacityExceeded& excess, const DeauthorisationGround& ground,
                            const NodeId& drafter, const Signer& signer) {
    const std::int64_t day = kSecondsPerDay / ground.state.grid().window_seconds();
    const auto effective =
        static_cast<Window>(std::min<std::int64_t>(ground.running + 1 + day, UINT32_MAX));
    const Deauthorisation content{.sequence = ground.state.dgmd_sequence + 1,
                                  .meter = excess.meter,
                                  .reason = DeauthorisationReason::over_capacity,
                                  .effective = effective,
                                  .evidence = windows_of(excess)};
    // Nodes refuse it from its own window on, so nobody need sign it then.
    const Window valid_until = std::min(ground.valid_until, effective);
    return {.network = ground.state.network,
            .notice = make_notice(content, valid_until, drafter, ground.state.network, signer),
            .office = ground.state.office.office};
}

}  // namespace fairfeed
