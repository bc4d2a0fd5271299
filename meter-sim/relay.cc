#include "meter-sim/relay.h"

#include <algorithm>

#include "core/base/units.h"

namespace fairfeed {

bool Relay::hear(const NodeId& member, const MeterCommand& command, const std::set<NodeId>& members,
                 std::size_t needed, std::int64_t now_s) {
    if (state_.command && command.sequence <= state_.command->sequence) return false;
    const auto [said, is_first] = heard_.emplace(member, command);
    if (!is_first && said->second.sequence > command.sequence) return false;
    said->second = command;
    const auto same = std::count_if(heard_.begin(), heard_.end(), [&](const auto& each) {
        return members.contains(each.first) && each.second == command;
    });
    if (static_cast<std::size_t>(same) < needed) return false;
    state_ = RelayState{command, now_s, std::nullopt, is_open_at(now_s)};
    return true;
}

bool Relay::begin_quarter(Window window, std::int64_t start_s) {
    const auto& command = state_.command;
    if (!command || state_.executed_at_s || start_s < state_.accepted_at_s) return false;
    if (window < command->effective || window > command->expires) return false;
    state_.executed_at_s = start_s;
    return true;
}

bool Relay::is_executed_at(std::int64_t at_s) const {
    return state_.executed_at_s && at_s >= *state_.executed_at_s;
}

bool Relay::is_open_at(std::int64_t at_s) const {
    if (!is_executed_at(at_s)) return state_.was_open;
    switch (state_.command->order) {
        case MeterOrder::disconnect:
            return true;
        case MeterOrder::connect:
            return false;
        case MeterOrder::service:
            break;
    }
    return state_.was_open;
}

bool Relay::is_in_service_at(std::int64_t at_s) const {
    return is_executed_at(at_s) && state_.command->order == MeterOrder::service &&
           at_s < *state_.executed_at_s + state_.command->service_hours * kSecondsPerHour;
}

void Relay::mark(ReadingBody& body, std::int64_t start_s, std::int64_t end_s) const {
    const std::int64_t last_s = end_s - 1;
    if (is_open_at(last_s)) body.flags |= kFlagRelayOpen;
    if (is_in_service_at(last_s)) body.flags |= kFlagService;
    const auto& executed = state_.executed_at_s;
    if (executed && *executed >= start_s && *executed < end_s)
        body.executed_command = state_.command->sequence;
}

}  // namespace fairfeed
