// A meter whose seal breaks: the window of it, the alarm, the end of the key.
#include <algorithm>

#include "core/wire/event_codec.h"
#include "meter-sim/meter.h"

namespace fairfeed {

// As of the window that is under way, or the meter's first one. In service the meter may be opened
// (paper A87).
void Meter::open(const Instant& now) {
    if (relay_.is_in_service_at(clock_.grid_s(now.real_ms))) return;
    const Window window =
        std::max(clock_.window_at(now.real_ms).value_or(0), setup_.enrolment.effective);
    setup_.breaks_at = std::min(setup_.breaks_at.value_or(window), window);
}

// Whether everything before the window in which the meter is opened is measured.
bool Meter::is_to_break() const {
    return setup_.breaks_at && !is_broken() && state_.next_window >= *setup_.breaks_at;
}

// Paper A37: signs and keeps the alarm, then destroys the key; signed readings are still sent.
void Meter::break_seal(const Instant& now, MeterEffects& effects) {
    if (!is_to_break() || now.real_ms < clock_.real_ms(clock_.start_s(*setup_.breaks_at))) return;
    const MeterAlarm alarm{1,
                           setup_.network,
                           id(),
                           setup_.enrolment.cluster,
                           state_.next_window,
                           state_.next_sequence,
                           AlarmType::seal_broken,
                           clock_.grid_s(now.real_ms)};
    const Transaction event = make_event(alarm, *setup_.signer);
    ++state_.next_sequence;
    KeptReading kept{alarm.window, alarm.counter, event.id, event.envelope, {}, {}};
    effects.push_back(meter_effect::PersistReading{kept, state_});
    pending_.emplace(alarm.counter, PendingReading(std::move(kept), true));
    setup_.signer.reset();
    key_to_zeroise_ = true;
}

}  // namespace fairfeed
