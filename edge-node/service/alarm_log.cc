#include "edge-node/service/alarm_log.h"

namespace fairfeed {
namespace {

// The text before an alarm's first colon is its subject; figures after the colon may change.
std::string subject_of(const std::string& alarm) {
    return alarm.substr(0, alarm.find(": "));
}

std::map<std::string, std::string> standing(const NodeSummary& summary) {
    std::map<std::string, std::string> out;
    const auto add = [&out](const std::string& alarm) {
        out.try_emplace(subject_of(alarm), alarm);
    };
    for (const std::string& alarm : summary.alarms)
        add(alarm);
    for (const InvariantReport& each : summary.invariants)
        if (each.applicable && !each.ok)
            add("invariant " + std::string(each.name) + " does not hold: " + each.explanation);
    for (const auto& [meter, missed] : summary.silent)
        add("meter " + meter.str() + " is silent: " + std::to_string(missed) +
            " settled windows in a row without a reading");
    for (const auto& [meter, reason] : summary.unusable)
        add("meter " + meter.str() + " talks, and its readings are refused: " + reason);
    for (const auto& [meter, windows] : summary.over_certified)
        add("meter " + meter.str() + " generates more than it is certified for: windows flagged " +
            "since its certificate: " + std::to_string(windows));
    for (const auto& [meter, from] : summary.tampered)
        add("the seal of meter " + meter.str() + " is broken: windows from " +
            std::to_string(from) + " on settle without it");
    return out;
}

}  // namespace

std::vector<AlarmNews> AlarmLog::look(const NodeSummary& summary) {
    std::vector<AlarmNews> news;
    auto now = standing(summary);
    for (const auto& [subject, alarm] : standing_)
        if (!now.contains(subject)) news.push_back({true, subject});
    for (const auto& [subject, alarm] : now)
        if (!standing_.contains(subject)) news.push_back({false, alarm});
    standing_ = std::move(now);
    for (const auto& [culprit, count] : summary.accused) {
        std::uint32_t& known = evidence_[culprit];
        if (count > known)
            news.push_back({false, "evidence against " + culprit +
                                       " is on the chain: " + std::to_string(count) +
                                       " in all, see edge-node show "
                                       "evidence"});
        known = count;
    }
    return news;
}

}  // namespace fairfeed
