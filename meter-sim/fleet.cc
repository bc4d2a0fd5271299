#include "meter-sim/fleet.h"

#include <algorithm>

#include "core/io/descriptors.h"
#include "core/io/log.h"
#include "core/io/notify.h"
#include "core/wire/topics.h"
#include "meter-sim/meter_key.h"

namespace fairfeed {

namespace {

constexpr std::size_t kQueueCapacity = 100'000;
constexpr std::size_t kBatch = 256;         // events and due meters per transaction
constexpr std::size_t kMostEffects = 4096;  // of a turn, before the next due meter
constexpr std::int64_t kLookMs = 1000;      // between looks at disk and status; the longest wait
constexpr std::int64_t kNever = INT64_MAX;

void log_effect(const MeterId& meter, const MeterEffect& effect) {
    if (const auto* refusal = std::get_if<meter_effect::NoteRefusal>(&effect)) {
        log_warning("reading refused", kv("meter", meter), kv("by", refusal->member),
                    kv("window", refusal->window), kv("reason", refusal->reason));
    } else if (const auto* ignored = std::get_if<meter_effect::NoteIgnored>(&effect)) {
        log_warning("message ignored", kv("meter", meter), kv("topic", ignored->topic),
                    kv("reason", to_string(ignored->reason)));
    } else if (const auto* reading = std::get_if<meter_effect::PersistReading>(&effect)) {
        log_debug("window measured", kv("meter", meter), kv("window", reading->reading.window),
                  kv("sequence", reading->reading.sequence));
    } else if (const auto* obeyed = std::get_if<meter_effect::PersistState>(&effect)) {
        if (obeyed->state.shares.empty()) return;
        const AcceptedShare& share = obeyed->state.shares.back();
        log_debug("share accepted", kv("meter", meter), kv("window", share.window),
                  kv("share_w", share.share.share_w), kv("from_s", share.share.from_s));
    }
}

}  // namespace

Fleet::Fleet(std::filesystem::path ca_certificate, FleetSurface& surface, const FleetPlan& plan,
             Outbox outbox, const FleetManner& manner)
    : ca_certificate_(std::move(ca_certificate)),
      surface_(surface),
      outbox_(std::move(outbox)),
      grid_(plan.parameters),
      manner_(manner),
      links_(manner.links),
      traffic_(plan.parameters),
      news_(kQueueCapacity) {}

Fleet::~Fleet() = default;

Result<std::unique_ptr<Fleet>, IoError> Fleet::start(const std::filesystem::path& ca_certificate,
                                                     FleetSurface& surface, FleetPlan plan,
                                                     Outbox outbox, const FleetManner& manner) {
    std::unique_ptr<Fleet> fleet(
        new Fleet(ca_certificate, surface, plan, std::move(outbox), manner));
    for (const PlannedMeter& planned : plan.meters)
        if (auto added = fleet->add_meter(planned); !added) return unexpected(added.error());
    std::vector<MqttConfig> configs;
    for (std::size_t i = 0; i < plan.meters.size(); ++i)
        fleet->add_lines(i, plan.meters[i], configs);
    fleet->first_line_.push_back(fleet->lines_.size());
    fleet->mqtt_ = make_lines(std::move(configs), fleet->handlers(), line_carrier());
    return fleet;
}

Result<void, IoError> Fleet::add_meter(PlannedMeter planned) {
    auto known = outbox_.load(planned.setup.enrolment.meter);
    if (!known) return unexpected(known.error());
    MeterState state;
    state.next_window = planned.setup.enrolment.effective;
    state.registers.total = planned.setup.enrolment.installed;
    std::vector<KeptReading> pending;
    if (*known) {
        state = std::move((*known)->state);
        for (OutboxReading& row : (*known)->readings)
            pending.push_back(std::move(row.reading));
        log_info("meter goes on", kv("meter", planned.setup.enrolment.meter),
                 kv("window", state.next_window), kv("pending", pending.size()));
    }
    numbers_.emplace(planned.setup.enrolment.meter, meters_.size());
    signing_keys_.push_back(planned.signing_key);
    meters_.emplace_back(std::move(planned.setup), std::move(state), std::move(pending));
    deadline_of_.push_back(kNever);
    knows_set_.push_back(0);
    return {};
}

void Fleet::add_lines(std::size_t meter, const PlannedMeter& planned,
                      std::vector<MqttConfig>& configs) {
    first_line_.push_back(lines_.size());
    const MeterId& id = meters_[meter].id();
    tls_.add({planned.tls_key, planned.tls_certificate, ca_certificate_}, id.str());
    for (const BrokerPlace& broker : planned.brokers) {
        lines_.push_back({meter, broker.node});
        links_.add(id, broker.node, Clock().now().steady_ms);
        traffic_.add_line(id);
        configs.push_back(line_config(planned, broker, ca_certificate_));
    }
}

MqttLineHandlers Fleet::handlers() {
    MqttLineHandlers handlers;
    handlers.on_message = [this](std::size_t line, std::string_view topic, ByteView payload, bool) {
        meter_event::Message message{std::string(topic), to_bytes(payload)};
        // A full queue counts the loss.
        (void)news_.push(LineNews{line, std::move(message), ""});
    };
    handlers.on_connection = [this](std::size_t line, bool up, std::string_view reason) {
        const NodeId& member = lines_[line].member;
        MeterEvent event = meter_event::Disconnected{member};
        if (up) event = meter_event::Connected{member};
        news_.push_always(LineNews{line, std::move(event), std::string(reason)});
    };
    handlers.on_denied = [this](std::size_t line, std::string_view topic, int code) {
        log_warning("broker denied a publish", kv("meter", meters_[lines_[line].meter].id()),
                    kv("broker", lines_[line].member), kv("topic", topic), kv("code", code));
    };
    return handlers;
}

void Fleet::stop() {
    stopping_ = true;
    news_.push_always(Stop{});  // to wake the loop
}

Result<FleetEnd, IoError> Fleet::run(const Clock& clock) {
    auto ended = live(clock);
    traffic_.count(*mqtt_, now_.real_ms, surface_.traffic);
    return ended;
}

Result<FleetEnd, IoError> Fleet::live(const Clock& clock) {
    now_ = clock.now();
    MeterClock own(clock.now());
    std::int64_t next_look_ms = INT64_MIN;
    if (manner_.script != nullptr) perform_script(manner_.script->timeline.in_force(), clock.now());
    while (true) {
        const auto batch = news_.pop_batch(kBatch, wait_ms(clock.now()));
        const Instant machine = clock.now();
        const bool doubted = own.is_doubted();
        const MeterClock::Look look = own.look(machine);
        if (look.set) ++clock_set_;
        if (own.is_doubted() && !doubted)
            log_warning("the clock leapt; the meters follow it only if the leap lasts",
                        kv("ahead_ms", machine.real_ms - look.now.real_ms));
        now_ = look.now;
        read_clocks(machine, look.now);
        play_script(look.now);
        serve_links(look.now);
        hear(batch, look.now);
        const bool look_now = stopping_ || machine.steady_ms >= next_look_ms;
        if (look_now)  // also after a step of the clock
            for (std::size_t i = 0; i < meters_.size(); ++i)
                schedule(i, look.now);
        step_due(look.now);
        if (auto performed = perform(); !performed) return end_of(performed.error());
        if (look_now) {
            look_after(machine);
            next_look_ms = machine.steady_ms + kLookMs;
        }
        if (traffic_.must_count(look.now.real_ms))
            traffic_.count(*mqtt_, look.now.real_ms, surface_.traffic);
        if (stopping_) return FleetEnd::stopped;
        if (look_now && manner_.script != nullptr && manner_.script->is_over(look.now))
            return FleetEnd::played;
        if (surface_.room.is_full()) return FleetEnd::no_room;
    }
}

void Fleet::hear(const std::vector<News>& batch, const Instant& now) {
    for (const News& news : batch) {
        const auto* about = std::get_if<LineNews>(&news);
        if (about == nullptr || stopping_) continue;
        const std::size_t meter = lines_[about->line].meter;
        if (const auto* gone = std::get_if<meter_event::Disconnected>(&about->event)) {
            links_.connection_lost(about->line);
            tls_.suspect(meters_[meter].id().str());
            log_warning("no connection", kv("meter", meters_[meter].id()),
                        kv("broker", gone->member), kv("reason", about->reason));
        }
        const auto* message = std::get_if<meter_event::Message>(&about->event);
        if (message != nullptr && !links_.is_clear(about->line)) {
            auto payload = std::make_shared<const Bytes>(message->payload);
            links_.enter(about->line, {LinkWay::in, message->topic, std::move(payload)},
                         now.steady_ms);
        } else {
            step_meter(meter, about->event, now);
        }
    }
}

void Fleet::look_after(const Instant& machine) {
    tls_.look(machine);
    surface_.status.show(to_json(status()), machine);
    (void)surface_.room.look();
    notify_watchdog();
}

// Effects that a full disk or a lack of descriptors interrupted are neither in the outbox nor
// published.
Result<FleetEnd, IoError> Fleet::end_of(const IoError& error) {
    if (error.damage) return unexpected(error);
    const bool has_room = surface_.room.look();
    if (has_room && !descriptor_shortage()) return unexpected(error);
    log_error("the meters pause", kv("reason", error.message));
    return has_room ? FleetEnd::no_descriptors : FleetEnd::no_room;
}

std::int64_t Fleet::wait_ms(const Instant& now) const {
    std::int64_t first_ms = links_.next_ms();
    if (!deadlines_.empty()) first_ms = std::min(first_ms, deadlines_.begin()->first);
    const FleetScript* script = manner_.script;
    std::int64_t next_s = traffic_.next_day_s();
    if (script != nullptr && script->timeline.next_s() != INT64_MAX)
        next_s = std::min(next_s, script->begin_s + script->timeline.next_s());
    if (next_s != INT64_MAX)
        first_ms = std::min(first_ms, now.steady_ms - now.real_ms + grid_.real_ms(next_s));
    if (first_ms <= now.steady_ms) return 0;
    return std::min(kLookMs, first_ms - now.steady_ms);
}

void Fleet::step_meter(std::size_t meter, const MeterEvent& event, const Instant& fleet_now) {
    const Instant& now = time_of(meter, fleet_now);
    const auto step = [&](const MeterEvent& each) {
        for (MeterEffect& effect : meters_[meter].step(each, now))
            effects_.emplace_back(meter, std::move(effect));
    };
    if (std::exchange(knows_set_[meter], clock_set_) != clock_set_) step(meter_event::ClockSet{});
    step(event);
    schedule(meter, fleet_now);
}

void Fleet::step_due(const Instant& now) {
    std::vector<std::size_t> due;
    for (const auto& [at_ms, meter] : deadlines_) {
        if (at_ms > now.steady_ms || due.size() == kBatch) break;
        due.push_back(meter);
    }
    for (const std::size_t meter : due) {
        if (stopping_ || effects_.size() >= kMostEffects) return;  // these meters stay due
        step_meter(meter, meter_event::Tick{}, now);
    }
}

void Fleet::schedule(std::size_t meter, const Instant& now) {
    const std::int64_t at_ms = meters_[meter].deadline_ms(time_of(meter, now)).value_or(kNever);
    std::int64_t& known_ms = deadline_of_[meter];
    if (known_ms == at_ms) return;
    deadlines_.erase({known_ms, meter});
    if (at_ms != kNever) deadlines_.emplace(at_ms, meter);
    known_ms = at_ms;
}

// Writes durable effects first, then publishes.
Result<void, IoError> Fleet::perform() {
    std::vector<MeterAndEffect> writes;
    for (const auto& [meter, effect] : effects_)
        writes.emplace_back(meters_[meter].id(), &effect);
    if (auto written = outbox_.write(writes); !written) return written;
    for (const auto& [meter, effect] : effects_) {
        log_effect(meters_[meter].id(), effect);
        if (manner_.script != nullptr) manner_.script->witness.saw(meters_[meter].id(), effect);
        if (const auto* publication = std::get_if<meter_effect::Publish>(&effect))
            publish(meter, *publication);
        if (!std::holds_alternative<meter_effect::ZeroiseKey>(effect)) continue;
        if (auto gone = zeroise_key(meter); !gone) return gone;
    }
    effects_.clear();
    return {};
}

Result<void, IoError> Fleet::zeroise_key(std::size_t meter) const {
    log_warning("seal broken, key zeroised", kv("meter", meters_[meter].id()));
    return zeroise_meter_key(signing_keys_[meter]);
}

std::size_t Fleet::line_of(std::size_t meter, const NodeId& member) const {
    std::size_t line = first_line_[meter];
    while (line < first_line_[meter + 1] && lines_[line].member != member)
        ++line;
    CHECK(line < first_line_[meter + 1]);
    return line;
}

void Fleet::publish(std::size_t meter, const meter_effect::Publish& publication) {
    const std::size_t line = line_of(meter, publication.member);
    if (!links_.is_clear(line))
        return links_.enter(line, {LinkWay::out, publication.topic, publication.envelope},
                            now_.steady_ms);
    // If the buffer is full, the message is dropped: the meter repeats it until it has its
    // receipts.
    (void)mqtt_->publish(line, publication.topic, *publication.envelope);
}

FleetStatus Fleet::status() const {
    FleetStatus status = status_of(meters_);
    status.alarms = tls_.standing();
    status.connections_wanted = lines_.size();
    status.connections_up = mqtt_->counts().up;
    return status;
}

}  // namespace fairfeed
