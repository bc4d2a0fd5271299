// The fleet as a scenario and its links have it: wrong clocks, cut lines, messages on their way.
#include <utility>

#include "core/base/utc_text.h"
#include "core/io/log.h"
#include "meter-sim/fleet.h"

namespace fairfeed {

// Each wrong clock is kept by the same rules as a right one (protocol 8, rule 14).
void Fleet::read_clocks(const Instant& machine, const Instant& now) {
    for (auto& [meter, own] : own_clocks_) {
        Instant wrong = machine;
        wrong.real_ms += own.ahead_ms;
        const MeterClock::Look look = own.clock.look(wrong);
        own.now = look.now;
        if (look.set) step_meter(meter, meter_event::ClockSet{}, now);
    }
}

const Instant& Fleet::time_of(std::size_t meter, const Instant& now) const {
    const auto own = own_clocks_.find(meter);
    return own == own_clocks_.end() ? now : own->second.now;
}

void Fleet::play_script(const Instant& now) {
    if (manner_.script == nullptr || stopping_) return;
    perform_script(
        manner_.script->timeline.step(grid_.grid_s(now.real_ms) - manner_.script->begin_s), now);
}

void Fleet::perform_script(const std::vector<ScenarioEffect>& effects, const Instant& now) {
    for (const ScenarioEffect& effect : effects) {
        if (std::holds_alternative<scenario_effect::LinesChanged>(effect)) {
            set_lines();
        } else if (const auto* opened = std::get_if<scenario_effect::OpenMeter>(&effect)) {
            step_meter(numbers_.at(opened->meter), meter_event::Opened{}, now);
        } else if (const auto* clock = std::get_if<scenario_effect::SetClock>(&effect)) {
            OwnClock& own =
                own_clocks_
                    .try_emplace(numbers_.at(clock->meter), OwnClock{MeterClock(now), 0, now})
                    .first->second;
            own.ahead_ms = grid_.real_ms(clock->ahead_s) - grid_.real_ms(0);
        } else if (const auto* tell = std::get_if<scenario_effect::Tell>(&effect)) {
            log_info(tell->begins ? "scenario: begins" : "scenario: ends",
                     kv("at", utc_text(manner_.script->begin_s + tell->at_s)),
                     kv("what", tell->words));
        }
    }
}

void Fleet::set_lines() {
    const ScenarioTimeline& timeline = manner_.script->timeline;
    for (std::size_t line = 0; line < lines_.size(); ++line) {
        const MeterId& meter = meters_[lines_[line].meter].id();
        const NodeId& node = lines_[line].member;
        links_.set(line, timeline.conditions(meter, node, manner_.links.conditions),
                   timeline.is_down(meter, node));
    }
}

void Fleet::serve_links(const Instant& now) {
    for (const FleetLinks::Change& change : links_.changes(now.steady_ms))
        mqtt_->cut(change.line, change.is_cut);
    for (auto& [line, message] : links_.arrived(now.steady_ms)) {
        if (message.way == LinkWay::out) {
            (void)mqtt_->publish(line, message.topic, *message.payload);  // see publish()
        } else if (!stopping_) {
            step_meter(lines_[line].meter, meter_event::Message{message.topic, *message.payload},
                       now);
        }
    }
}

}  // namespace fairfeed
