#include "core/io/mqtt_dial_plan.h"

#include <algorithm>

namespace fairfeed {

MqttDialPlan::Step MqttDialPlan::next_step(std::int64_t now_ms, bool idle_outbox) const {
    const bool is_due = now_ms >= due_ms_;
    switch (phase_) {
        case Phase::idle:
            if (closing_) return Step::end;
            return is_due ? Step::resolve : Step::none;
        case Phase::resolving:
            if (closing_) return Step::end;
            return is_due ? Step::unresolved : Step::none;
        case Phase::resolved:
            return closing_ ? Step::end : Step::dial;
        case Phase::dialling:
            return closing_ || is_due ? Step::hang_up : Step::none;
        case Phase::connected:
            if (hang_up_wanted_) return Step::hang_up;
            if (closing_ && (idle_outbox || is_due)) return Step::hang_up;
            return subscribe_wanted_ ? Step::subscribe : Step::none;
        case Phase::hanging_up:
            return is_due ? Step::end : Step::none;
        case Phase::closed:
            return Step::none;
    }
    return Step::none;
}

MqttDialPlan::Step MqttDialPlan::take_step(std::int64_t now_ms, bool idle_outbox) {
    const Step step = next_step(now_ms, idle_outbox);
    switch (step) {
        case Step::resolve:
            phase_ = Phase::resolving;
            due_ms_ = now_ms + patience_.resolve_ms;
            break;
        case Step::dial:
            phase_ = Phase::dialling;
            ++attempt_;
            due_ms_ = now_ms + patience_.dial_ms;
            break;
        case Step::hang_up:
            phase_ = Phase::hanging_up;
            reachable_ = false;
            due_ms_ = now_ms + patience_.hang_up_ms;
            break;
        case Step::subscribe:
            subscribe_wanted_ = false;
            subscriptions_open_ = std::max<std::size_t>(patience_.subscriptions, 1);
            break;
        case Step::none:
        case Step::unresolved:
        case Step::end:
            break;
    }
    return step;
}

std::int64_t MqttDialPlan::due_ms() const {
    const bool waits_for_events = phase_ == Phase::connected && !closing_;
    return phase_ == Phase::closed || waits_for_events ? INT64_MAX : due_ms_;
}

bool MqttDialPlan::resolved(std::size_t addresses, std::int64_t now_ms) {
    if (phase_ != Phase::resolving) return false;
    addresses_ = addresses;
    address_ = 0;
    if (addresses > 0) {
        phase_ = Phase::resolved;
        due_ms_ = now_ms;
    } else {
        go_idle(now_ms + redial_ms_);
        double_delay();
    }
    return true;
}

void MqttDialPlan::stop_waiting() {
    if (phase_ == Phase::resolving) due_ms_ = INT64_MIN;
}

bool MqttDialPlan::dialled(std::uint64_t attempt, bool succeeded, std::int64_t now_ms) {
    if (attempt != attempt_ || phase_ != Phase::dialling) return false;
    if (succeeded) {
        phase_ = Phase::connected;
        redial_ms_ = patience_.redial_min_ms;
        addresses_ = 0;  // the name is asked again before the next attempt
        subscribe_wanted_ = true;
    } else {
        give_up_address(now_ms);
    }
    return true;
}

bool MqttDialPlan::subscribed(std::uint64_t attempt, bool succeeded) {
    if (attempt != attempt_ || phase_ != Phase::connected) return false;
    if (subscriptions_open_ == 0) return false;
    if (succeeded && --subscriptions_open_ > 0) return false;
    // A client without all its subscriptions would be worse than none.
    reachable_ = succeeded;
    hang_up_wanted_ = !succeeded;
    return true;
}

bool MqttDialPlan::lost(std::int64_t now_ms) {
    if (phase_ != Phase::connected) return false;
    go_idle(now_ms + patience_.redial_min_ms);
    return true;
}

bool MqttDialPlan::hung_up(std::int64_t now_ms) {
    if (phase_ == Phase::closed || phase_ == Phase::dialling || phase_ == Phase::connected)
        return false;
    give_up_address(now_ms);
    if (closing_) phase_ = Phase::closed;
    return true;
}

void MqttDialPlan::start_close(std::int64_t now_ms) {
    if (closing_) return;
    closing_ = true;
    if (phase_ == Phase::connected) due_ms_ = now_ms + patience_.drain_ms;
}

// The next address is tried at once; after the last one there is a pause.
void MqttDialPlan::give_up_address(std::int64_t now_ms) {
    const bool more = address_ + 1 < addresses_;
    go_idle(more ? now_ms : now_ms + redial_ms_);
    if (more) {
        phase_ = Phase::resolved;
        ++address_;
    } else {
        double_delay();
    }
}

void MqttDialPlan::go_idle(std::int64_t dial_at_ms) {
    phase_ = Phase::idle;
    subscribe_wanted_ = hang_up_wanted_ = reachable_ = false;
    due_ms_ = dial_at_ms;
}

void MqttDialPlan::double_delay() {
    redial_ms_ = std::min(2 * redial_ms_, patience_.redial_max_ms);
}

}  // namespace fairfeed
