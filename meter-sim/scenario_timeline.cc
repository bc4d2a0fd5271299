#include "meter-sim/scenario_timeline.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "meter-sim/scenario_file.h"

namespace fairfeed {

ScenarioTimeline::ScenarioTimeline(std::vector<ScenarioEvent> events)
    : events_(std::move(events)), active_(events_.size(), false) {
    for (std::size_t i = 0; i < events_.size(); ++i) {
        turns_.push_back({events_[i].from_s, true, i});
        if (events_[i].until_s != INT64_MAX) turns_.push_back({events_[i].until_s, false, i});
    }
    std::sort(turns_.begin(), turns_.end(), [](const Turn& a, const Turn& b) {
        return std::tuple(a.at_s, a.begins, a.event) < std::tuple(b.at_s, b.begins, b.event);
    });
}

std::int64_t ScenarioTimeline::next_s() const {
    return next_ < turns_.size() ? turns_[next_].at_s : INT64_MAX;
}

std::vector<ScenarioEffect> ScenarioTimeline::step(std::int64_t now_s) {
    std::vector<ScenarioEffect> effects;
    for (; next_s() <= now_s; ++next_) {
        const Turn& turn = turns_[next_];
        active_[turn.event] = turn.begins;
        effects.push_back(scenario_effect::Tell{turn.at_s, events_[turn.event].words, turn.begins});
        add_effects(turn, effects);
    }
    return effects;
}

void ScenarioTimeline::add_effects(const Turn& turn, std::vector<ScenarioEffect>& out) const {
    const auto& what = events_[turn.event].what;
    if (std::holds_alternative<scenario_event::Outage>(what) ||
        std::holds_alternative<scenario_event::LinkFault>(what)) {
        out.push_back(scenario_effect::LinesChanged{});
    } else if (const auto* tampering = std::get_if<scenario_event::Tampering>(&what)) {
        for (const MeterId& meter : tampering->meters)
            out.push_back(scenario_effect::OpenMeter{meter});
    } else if (const auto* clock = std::get_if<scenario_event::WrongClock>(&what)) {
        for (const MeterId& meter : clock->meters)
            out.push_back(scenario_effect::SetClock{meter, clock_ahead_s(meter)});
    }  // added panels stand in the source of energy from the start
}

std::vector<ScenarioEffect> ScenarioTimeline::in_force() const {
    std::vector<ScenarioEffect> effects{scenario_effect::LinesChanged{}};
    for (std::size_t i = 0; i < events_.size(); ++i)
        if (active_[i] && !std::holds_alternative<scenario_event::Outage>(events_[i].what) &&
            !std::holds_alternative<scenario_event::LinkFault>(events_[i].what))
            add_effects({events_[i].from_s, true, i}, effects);
    return effects;
}

std::int64_t ScenarioTimeline::clock_ahead_s(const MeterId& meter) const {
    std::int64_t ahead_s = 0;
    for (std::size_t i = 0; i < events_.size(); ++i) {
        const auto* clock = std::get_if<scenario_event::WrongClock>(&events_[i].what);
        if (active_[i] && clock != nullptr && clock->meters.contains(meter))
            ahead_s = clock->ahead_s;
    }
    return ahead_s;
}

LinkConditions ScenarioTimeline::conditions(const MeterId& meter, const NodeId& node,
                                            const LinkConditions& base) const {
    LinkConditions conditions = base;
    for (std::size_t i = 0; i < events_.size(); ++i) {
        const auto* fault = std::get_if<scenario_event::LinkFault>(&events_[i].what);
        if (active_[i] && fault != nullptr && fault->lines.covers(meter, node))
            conditions = replaced(conditions, *fault);
    }
    return conditions;
}

bool ScenarioTimeline::is_down(const MeterId& meter, const NodeId& node) const {
    for (std::size_t i = 0; i < events_.size(); ++i) {
        const auto* outage = std::get_if<scenario_event::Outage>(&events_[i].what);
        if (active_[i] && outage != nullptr && outage->lines.covers(meter, node)) return true;
    }
    return false;
}

}  // namespace fairfeed
