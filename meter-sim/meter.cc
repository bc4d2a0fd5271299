#include "meter-sim/meter.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/contract/settlement.h"
#include "core/model/allocation.h"
#include "core/wire/event_codec.h"
#include "core/wire/message_codec.h"
#include "core/wire/reading_codec.h"

namespace fairfeed {

namespace {

template <class... Cases>
struct Overloaded : Cases... {
    using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

}  // namespace

bool persists(const MeterEffect& effect) {
    return std::visit(Overloaded{
                          [](const meter_effect::PersistReading&) { return true; },
                          [](const meter_effect::PersistState&) { return true; },
                          [](const meter_effect::PersistFirstPublish&) { return true; },
                          [](const meter_effect::PersistReceipt&) { return true; },
                          [](const meter_effect::PersistRefusal&) { return true; },
                          [](const meter_effect::Publish&) { return false; },
                          [](const meter_effect::ZeroiseKey&) { return false; },
                          [](const meter_effect::NoteRefusal&) { return false; },
                          [](const meter_effect::NoteIgnored&) { return false; },
                      },
                      effect);
}

Meter::Meter(MeterSetup setup, MeterState state, std::vector<KeptReading> pending)
    : setup_(std::move(setup)),
      members_(setup_.enrolment.everybody()),
      clock_(setup_.parameters),
      state_(std::move(state)),
      shares_(setup_.parameters, state_.shares),
      relay_(state_.relay),
      measurement_(state_.next_window, clock_, state_.registers),
      topic_(Topic{setup_.parameters.name, id().str(), Channel::reading, "-"}.str()),
      alarm_topic_(Topic{setup_.parameters.name, id().str(), Channel::event, "-"}.str()),
      round_trip_(setup_.parameters.timers) {
    CHECK(!members_.empty());
    for (KeptReading& reading : pending) {
        const bool is_alarm = decode_event(reading.envelope, setup_.network).has_value();
        PendingReading each(std::move(reading), is_alarm);
        if (has_enough(each)) continue;
        const std::uint64_t sequence = each.reading.sequence;
        CHECK(sequence < state_.next_sequence);
        pending_.emplace(sequence, std::move(each));
        if (!is_alarm || is_broken()) continue;
        setup_.signer.reset();
        key_to_zeroise_ = true;
    }
}

std::size_t Meter::honest_members(Window window) const {
    return shares_needed(setup_.enrolment.committee_of(window).size());
}

template <class Map, class Act>
void Meter::for_each_under_way(Map& pending, Act act) const {
    std::size_t in_time = 0;
    std::size_t late = 0;
    bool early = false;
    for (auto& [sequence, each] : pending) {
        if (each.is_alarm) continue;
        const std::size_t needed = honest_members(each.reading.window);
        if (each.is_late(needed)) {
            if (++late > kMaxLateUnderWay) continue;
        } else if (each.is_early(needed)) {
            // One reading is enough to ask whether the time has come; all would get the same
            // answer.
            if (std::exchange(early, true)) continue;
        } else if (++in_time > kMaxUnderWay) {
            break;
        }
        act(each);
    }
    // The alarm is the last message that a meter signs, and does not wait.
    if (!pending.empty() && pending.rbegin()->second.is_alarm) act(pending.rbegin()->second);
}

MeterEffects Meter::step(const MeterEvent& event, const Instant& now) {
    MeterEffects effects;
    if (std::holds_alternative<meter_event::ClockSet>(event)) told_until_ms_ = now.real_ms;
    measure(now, effects);
    if (std::holds_alternative<meter_event::Opened>(event)) open(now);
    break_seal(now, effects);
    std::visit(Overloaded{
                   [](const meter_event::Tick&) {},
                   [](const meter_event::ClockSet&) {},
                   [](const meter_event::Opened&) {},
                   [&](const meter_event::Connected& e) { connected(e.member, now, effects); },
                   [&](const meter_event::Disconnected& e) { connected_.erase(e.member); },
                   [&](const meter_event::Message& e) {
                       const auto reason = hear(e, now, effects);
                       if (!reason) return;
                       ++ignored_[std::string(to_string(*reason))];
                       effects.push_back(meter_effect::NoteIgnored{e.topic, *reason});
                   },
               },
               event);
    send_due(now, effects);
    if (std::exchange(key_to_zeroise_, false)) effects.push_back(meter_effect::ZeroiseKey{});
    return effects;
}

std::optional<std::int64_t> Meter::deadline_ms(const Instant& now) const {
    std::optional<std::int64_t> deadline;
    const auto at_latest = [&](std::int64_t steady_ms) {
        deadline = std::min(deadline.value_or(INT64_MAX), steady_ms);
    };
    if (key_to_zeroise_) at_latest(now.steady_ms);
    if (!has_measured_all() && !waits_to_be_heard()) {
        const std::int64_t next_ms = is_to_break()
                                         ? clock_.real_ms(clock_.start_s(*setup_.breaks_at))
                                         : clock_.end_real_ms(state_.next_window);
        const auto wait = checked_sub(next_ms, now.real_ms);
        const auto at = checked_add(now.steady_ms, std::max<std::int64_t>(0, wait.value_or(0)));
        if (wait && at) at_latest(*at);
    }
    for_each_under_way(pending_,
                       [&](const PendingReading& pending) { at_latest(send_at_ms(pending, now)); });
    return deadline;
}

bool Meter::has_measured_all() const {
    if (is_broken()) return true;
    const std::int64_t limit = setup_.parameters.window_limit;
    return limit > 0 && std::int64_t{state_.next_window} >= limit;
}

std::size_t Meter::unpublished() const {
    return static_cast<std::size_t>(std::count_if(
        pending_.begin(), pending_.end(),
        [](const auto& entry) { return !entry.second.reading.first_publish_ms.has_value(); }));
}

// Measures quarter hours that have ended, under the shares known so far. A share that arrives later
// does not change them.
void Meter::measure(const Instant& now, MeterEffects& effects) {
    for (std::size_t windows = 0;
         windows < kMaxWindowsPerStep && !has_measured_all() && !is_to_break(); ++windows) {
        if (waits_to_be_heard()) return;
        while (!measurement_.is_complete() &&
               clock_.real_ms(measurement_.next_quarter_end_s()) <= now.real_ms) {
            measure_quarter(effects);
        }
        if (!measurement_.is_complete()) {
            const bool is_under_way =
                clock_.real_ms(measurement_.next_quarter_start_s()) <= now.real_ms;
            if (is_under_way) begin_quarter(effects);
            return;
        }
        finish_window(now, effects);
    }
}

// A command is executed when a quarter hour begins: the one that is under way, or, after a pause,
// each that is over.
void Meter::begin_quarter(MeterEffects& effects) {
    if (!relay_.begin_quarter(measurement_.window(), measurement_.next_quarter_start_s())) return;
    state_.relay = relay_.state();
    effects.push_back(meter_effect::PersistState{state_});
}

// Behind an open relay nothing flows: the inverter has no grid to follow.
void Meter::measure_quarter(MeterEffects& effects) {
    const std::int64_t start_s = measurement_.next_quarter_start_s();
    begin_quarter(effects);
    static const EnergySource kNothing = [](std::int64_t) { return SourceEnergy{}; };
    const std::int64_t share_w =
        binding_share_w(shares_.schedule(), setup_.enrolment.capacity_w, start_s);
    measurement_.add_quarter(relay_.is_open_at(start_s) ? kNothing : setup_.source, share_w);
}

void Meter::finish_window(const Instant& now, MeterEffects& effects) {
    ReadingHeader header;
    header.network = setup_.network;
    header.meter = id();
    header.cluster = setup_.enrolment.cluster;
    header.key_epoch = setup_.enrolment.key_epoch_of(measurement_.window());
    header.window = measurement_.window();
    header.sequence = state_.next_sequence;
    header.previous = state_.previous;
    header.salt = random_fixed<Salt>(setup_.random);
    const auto clock = now.synchronised ? ClockState::synchronised : ClockState::holdover;
    ReadingBody body = measurement_.body(clock);
    relay_.mark(body, clock_.start_s(header.window), clock_.end_s(header.window));
    const SignedReading reading =
        make_reading(header, body, setup_.data_keys.at(header.key_epoch), *setup_.signer);

    ++state_.next_sequence;
    ++state_.next_window;
    state_.previous = reading.id;
    state_.registers = measurement_.registers();
    shares_.forget_before(clock_.start_s(state_.next_window));
    state_.shares = shares_.accepted();
    measurement_ = Measurement(state_.next_window, clock_, state_.registers);

    KeptReading kept{header.window, header.sequence, reading.id, reading.envelope, {}, {}};
    effects.push_back(meter_effect::PersistReading{kept, state_});
    PendingReading pending(std::move(kept), false);
    pending.spread(setup_.publish_spread_ms, now.steady_ms);
    pending_.emplace(header.sequence, std::move(pending));
    if (clock_.end_real_ms(header.window) <= told_until_ms_) told_.insert(header.sequence);
}

// The next window did not pass on this clock, and no member has answered yet whether the windows
// before it are over.
bool Meter::waits_to_be_heard() const {
    if (clock_.end_real_ms(state_.next_window) > told_until_ms_) return false;
    return told_.size() >= kMaxToldUnheard;
}

std::int64_t Meter::send_at_ms(const PendingReading& pending, const Instant& now) const {
    if (pending.is_alarm) return pending.next_send_ms;
    const auto left_ms = checked_sub(clock_.end_real_ms(pending.reading.window), now.real_ms);
    if (!left_ms || *left_ms <= 0) return pending.next_send_ms;
    return checked_add(now.steady_ms, *left_ms).value_or(INT64_MAX);
}

void Meter::send_due(const Instant& now, MeterEffects& effects) {
    for_each_under_way(pending_, [&](PendingReading& pending) {
        const std::int64_t at_ms = send_at_ms(pending, now);
        // The window is not over by this clock either, so a refusal adds nothing: at its end the
        // reading is sent at once.
        if (at_ms != pending.next_send_ms) pending.begin_anew();
        if (at_ms > now.steady_ms) return;
        bool reached = false;
        for (const WitnessNode& member : members_)
            reached = publish_to(pending, member.node, now, effects) || reached;
        pending.sent(round_trip_, now.steady_ms, reached);
    });
}

bool Meter::publish_to(PendingReading& pending, const NodeId& member, const Instant& now,
                       MeterEffects& effects) {
    if (!connected_.contains(member) || pending.reading.receipts.contains(member)) return false;
    if (!is_asked(member, pending)) return false;
    if (!pending.reading.first_publish_ms) {
        pending.reading.first_publish_ms = now.real_ms;
        effects.push_back(meter_effect::PersistFirstPublish{pending.reading.sequence, now.real_ms});
    }
    const std::string& topic = pending.is_alarm ? alarm_topic_ : topic_;
    effects.push_back(meter_effect::Publish{member, topic, pending.envelope});
    return true;
}

void Meter::connected(const NodeId& member, const Instant& now, MeterEffects& effects) {
    if (find_member(member) == nullptr) return;
    connected_.insert(member);
    for_each_under_way(pending_, [&](PendingReading& pending) {
        const std::int64_t at_ms = send_at_ms(pending, now);
        // At its turn a reading goes to all. A refusal must not repeat it sooner.
        if (at_ms <= now.steady_ms || at_ms != pending.next_send_ms) return;
        if (pending.back_off_ms == 0 || pending.refused.contains(member)) return;
        if (publish_to(pending, member, now, effects)) pending.sent_between(now.steady_ms);
    });
}

const WitnessNode* Meter::find_member(const NodeId& node) const {
    const auto found = std::find_if(members_.begin(), members_.end(),
                                    [&](const auto& member) { return member.node == node; });
    return found == members_.end() ? nullptr : &*found;
}

bool Meter::is_member(const NodeId& node, Window window) const {
    const Committee& committee = setup_.enrolment.committee_of(window);
    return std::any_of(committee.begin(), committee.end(),
                       [&](const WitnessNode& member) { return member.node == node; });
}

// An alarm belongs to no window, so members of any later committee may answer as well.
bool Meter::is_asked(const NodeId& node, const PendingReading& pending) const {
    return pending.is_alarm || is_member(node, pending.reading.window);
}

// The members that settled the window, and those of the next window, to whom it was handed over.
std::vector<ShareBook::Quorum> Meter::share_quorums(Window settled) const {
    std::vector<ShareBook::Quorum> quorums;
    for (const Window window : {settled, settled + 1}) {
        const Committee& committee = setup_.enrolment.committee_of(window);
        ShareBook::Quorum quorum{{}, shares_needed(committee.size())};
        for (const WitnessNode& member : committee)
            quorum.members.insert(member.node);
        quorums.push_back(std::move(quorum));
    }
    return quorums;
}

// Members of the window's committee; for an alarm, also of any later one.
bool Meter::has_enough(const PendingReading& pending) const {
    const KeptReading& reading = pending.reading;
    const Enrolment& enrolment = setup_.enrolment;
    if (is_held_by_enough(reading.receipts, enrolment.committee_of(reading.window))) return true;
    return pending.is_alarm &&
           std::any_of(enrolment.committees.begin(), enrolment.committees.end(),
                       [&](const DatedCommittee& later) {
                           return later.effective > reading.window &&
                                  is_held_by_enough(reading.receipts, later.members);
                       });
}

}  // namespace fairfeed
