#include "meter-sim/fleet.h"

#include <algorithm>

#include "core/io/file.h"
#include "core/io/log.h"
#include "core/io/notify.h"
#include "core/wire/topics.h"
#include "meter-sim/meter_key.h"

namespace fairfeed {

namespace {

constexpr std::size_t kQueueCapacity = 100'000;
constexpr std::size_t kBatch = 1024;      // events and due meters per transaction
constexpr std::int64_t kStatusMs = 1000;  // between status files; also the longest wait
constexpr std::int64_t kNever = INT64_MAX;
constexpr int kKeepAliveS = 30;  // GSM is paid by the byte; a meter that has something to say talks

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

Fleet::Fleet(FleetSettings settings, Outbox outbox)
    : settings_(std::move(settings)), outbox_(std::move(outbox)), news_(kQueueCapacity) {}

Fleet::~Fleet() {
    for (auto& lines : lines_)
        for (Line& line : lines)
            line.client->start_close();
    lines_.clear();
}

Result<std::unique_ptr<Fleet>, IoError> Fleet::start(FleetSettings settings, FleetPlan plan,
                                                     Outbox outbox) {
    std::unique_ptr<Fleet> fleet(new Fleet(std::move(settings), std::move(outbox)));
    for (const PlannedMeter& planned : plan.meters)
        if (auto added = fleet->add_meter(planned); !added) return unexpected(added.error());
    for (std::size_t i = 0; i < plan.meters.size(); ++i)
        fleet->connect(i, plan.meters[i]);
    return fleet;
}

Result<void, IoError> Fleet::add_meter(PlannedMeter planned) {
    auto known = outbox_.load(planned.setup.enrolment.meter);
    if (!known) return unexpected(known.error());
    MeterState state;
    state.next_window = planned.setup.enrolment.effective;
    std::vector<KeptReading> pending;
    if (*known) {
        state = std::move((*known)->state);
        for (OutboxReading& row : (*known)->readings)
            pending.push_back(std::move(row.reading));
        log_info("meter goes on", kv("meter", planned.setup.enrolment.meter),
                 kv("window", state.next_window), kv("pending", pending.size()));
    }
    signing_keys_.push_back(planned.signing_key);
    meters_.emplace_back(std::move(planned.setup), std::move(state), std::move(pending));
    deadline_of_.push_back(kNever);
    return {};
}

void Fleet::connect(std::size_t meter, const PlannedMeter& planned) {
    lines_.emplace_back();
    const NetworkParameters& parameters = planned.setup.parameters;
    const MeterId& id = meters_[meter].id();
    for (const BrokerPlace& broker : planned.brokers) {
        MqttConfig config;
        config.uri = "mqtts://" + broker.host + ":" + std::to_string(broker.port);
        config.client_id = id.str();
        config.ca_file = settings_.ca_certificate;
        config.certificate_file = planned.tls_certificate;
        config.key_file = planned.tls_key;
        config.keep_alive_s = kKeepAliveS;
        for (const std::string& filter : own_filters(parameters.name, broker.node, id))
            config.subscriptions.push_back({filter, RetainHandling::send});
        lines_.back().push_back(
            {broker.node, std::make_unique<MqttClient>(dialer_, std::move(config),
                                                       handlers(meter, broker.node))});
    }
}

MqttHandlers Fleet::handlers(std::size_t meter, const NodeId& member) {
    MqttHandlers handlers;
    handlers.on_message = [this, meter](std::string_view topic, ByteView payload, bool) {
        meter_event::Message message{std::string(topic), to_bytes(payload)};
        (void)news_.push(MeterNews{meter, std::move(message), ""});  // a full queue counts it
    };
    handlers.on_connection = [this, meter, member](bool up, std::string_view reason) {
        MeterEvent event = meter_event::Disconnected{member};
        if (up) event = meter_event::Connected{member};
        news_.push_always(MeterNews{meter, std::move(event), std::string(reason)});
    };
    handlers.on_denied = [id = meters_[meter].id(), member](std::string_view topic, int code) {
        log_warning("broker denied a publish", kv("meter", id), kv("broker", member),
                    kv("topic", topic), kv("code", code));
    };
    return handlers;
}

void Fleet::stop() {
    news_.push_always(Stop{});
}

Result<void, IoError> Fleet::run(const Clock& clock) {
    std::int64_t next_status_ms = INT64_MIN;
    while (true) {
        bool stopping = false;
        const auto batch = news_.pop_batch(kBatch, wait_ms(clock.now()));
        const Instant now = clock.now();
        for (const News& news : batch) {
            if (std::holds_alternative<Stop>(news)) stopping = true;
            const auto* about = std::get_if<MeterNews>(&news);
            if (about == nullptr) continue;
            if (const auto* gone = std::get_if<meter_event::Disconnected>(&about->event))
                log_warning("no connection", kv("meter", meters_[about->meter].id()),
                            kv("broker", gone->member), kv("reason", about->reason));
            step_meter(about->meter, about->event, now);
        }
        if (now.steady_ms >= next_status_ms) {  // also after a step of the real clock
            for (std::size_t i = 0; i < meters_.size(); ++i)
                schedule(i, now);
        }
        step_due(now);
        if (auto performed = perform(); !performed) return performed;
        if (stopping || now.steady_ms >= next_status_ms) {
            if (auto written = write_status(); !written) return written;
            next_status_ms = now.steady_ms + kStatusMs;
            notify_watchdog();
        }
        if (stopping) return {};
    }
}

std::int64_t Fleet::wait_ms(const Instant& now) const {
    if (deadlines_.empty()) return kStatusMs;
    const std::int64_t first_ms = deadlines_.begin()->first;
    if (first_ms <= now.steady_ms) return 0;
    return std::min(kStatusMs, first_ms - now.steady_ms);
}

void Fleet::step_meter(std::size_t meter, const MeterEvent& event, const Instant& now) {
    for (MeterEffect& effect : meters_[meter].step(event, now))
        effects_.emplace_back(meter, std::move(effect));
    schedule(meter, now);
}

void Fleet::step_due(const Instant& now) {
    std::vector<std::size_t> due;
    for (const auto& [at_ms, meter] : deadlines_) {
        if (at_ms > now.steady_ms || due.size() == kBatch) break;
        due.push_back(meter);
    }
    for (const std::size_t meter : due)
        step_meter(meter, meter_event::Tick{}, now);
}

void Fleet::schedule(std::size_t meter, const Instant& now) {
    const std::int64_t at_ms = meters_[meter].deadline_ms(now).value_or(kNever);
    std::int64_t& known_ms = deadline_of_[meter];
    if (known_ms == at_ms) return;
    deadlines_.erase({known_ms, meter});
    if (at_ms != kNever) deadlines_.emplace(at_ms, meter);
    known_ms = at_ms;
}

// What must be durable first, then what leaves.
Result<void, IoError> Fleet::perform() {
    std::vector<MeterAndEffect> writes;
    for (const auto& [meter, effect] : effects_)
        writes.emplace_back(meters_[meter].id(), &effect);
    if (auto written = outbox_.write(writes); !written) return written;
    for (const auto& [meter, effect] : effects_) {
        log_effect(meters_[meter].id(), effect);
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

void Fleet::publish(std::size_t meter, const meter_effect::Publish& publication) {
    auto& lines = lines_[meter];
    const auto line = std::find_if(lines.begin(), lines.end(), [&](const Line& candidate) {
        return candidate.member == publication.member;
    });
    CHECK(line != lines.end());
    // A full buffer takes nothing: the meter sends again until it has its receipts.
    (void)line->client->publish(publication.topic, *publication.envelope, false);
}

FleetStatus Fleet::status() const {
    FleetStatus status = status_of(meters_);
    for (const auto& lines : lines_) {
        status.connections_wanted += lines.size();
        status.connections_up += static_cast<std::size_t>(
            std::count_if(lines.begin(), lines.end(),
                          [](const Line& line) { return line.client->is_connected(); }));
    }
    return status;
}

Result<void, IoError> Fleet::write_status() const {
    if (settings_.status_file.empty()) return {};
    return write_file_atomically(settings_.status_file, to_json(status()).dump() + "\n");
}

}  // namespace fairfeed
