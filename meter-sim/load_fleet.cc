#include "meter-sim/load_fleet.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "core/io/log.h"
#include "core/wire/message_codec.h"
#include "core/wire/topics.h"

namespace fairfeed {
namespace {

constexpr std::size_t kQueueCapacity = 1'000'000;
constexpr std::size_t kBatch = 1024;         // events, and readings sent, in a turn
constexpr std::size_t kKeptAtATime = 4096;   // effects in one transaction
constexpr std::int64_t kPauseMs = 1500;      // between the connections and the first reading
constexpr std::int64_t kTellMs = 1000;       // between lines of progress
constexpr std::int64_t kConnectMs = 20'000;  // without another connection: begin without it
constexpr std::int64_t kStalledMs = 60'000;  // without a receipt or a settlement: give up
constexpr std::int64_t kCountMs = 1000;      // between counts of traffic, also if days are shorter
constexpr std::int64_t kLongestWaitMs = 100;

}  // namespace

LoadFleet::LoadFleet(FleetPlan plan, Outbox outbox, const LoadPace& pace, const LinkSettings& links,
                     Progress progress)
    : plan_(std::move(plan)),
      outbox_(std::move(outbox)),
      pace_(pace),
      progress_(std::move(progress)),
      book_(plan_.parameters.timers, pace.in_flight),
      links_(links),
      line_traffic_(plan_.parameters),
      news_(kQueueCapacity) {}

void LoadFleet::stop() {
    stopping_ = true;
    news_.push_always(Stop{});
}

Result<LoadResult, IoError> LoadFleet::run(const std::filesystem::path& ca_certificate) {
    LoadResult result;
    if (auto done = sign_all(); !done) return unexpected(done.error());
    connect(ca_certificate);
    await_connections(result);
    play();
    count_traffic(true);
    result.tally = book_.tally();
    result.wire = mqtt_->counts();
    result.links = links_.counts();
    result.traffic = traffic_;
    result.meters = plan_.meters.size();
    result.connections = lines_.size();
    result.stopped = stopping_;
    result.has_poor_links = links_.settings().are_poor();
    result.postponed_ms = postponed_ms_;
    mqtt_.reset();
    if (auto kept = keep_receipts(); !kept) return unexpected(kept.error());
    return result;
}

// None leaves before all are written, so many meters share a transaction.
Result<void, IoError> LoadFleet::sign_all() {
    std::vector<Signed> unwritten;
    std::size_t count = 0;
    for (std::size_t i = 0; i < plan_.meters.size(); ++i) {
        PlannedMeter& planned = plan_.meters[i];
        enrolments_.push_back(planned.setup.enrolment);
        auto signed_readings = sign(planned, i);
        if (!signed_readings) return unexpected(signed_readings.error());
        std::vector<std::pair<std::int64_t, KeptReading>> due;
        for (const KeptReading& reading : signed_readings->readings)
            due.emplace_back(due_ms(reading.window, i), reading);
        count += due.size();
        (void)book_.add(enrolments_.back(), std::move(due));
        unwritten.push_back(std::move(*signed_readings));
        const bool is_last = stopping_ || i + 1 == plan_.meters.size();
        if (count >= kKeptAtATime || is_last) {
            if (auto written = keep_signed(unwritten); !written) return written;
            unwritten.clear();
            count = 0;
        }
        if (stopping_) return {};
        if (clock_.now().steady_ms - told_ms_ >= kTellMs)
            tell("signed the readings of " + std::to_string(i + 1) + " of " +
                 std::to_string(plan_.meters.size()) + " meters");
    }
    return {};
}

// The meter itself measures and signs, as if all the windows had ended.
Result<LoadFleet::Signed, IoError> LoadFleet::sign(PlannedMeter& planned, std::size_t number) {
    Signed out{enrolments_[number].meter, {}, {}};
    auto known = outbox_.load(out.meter);
    if (!known) return unexpected(known.error());
    MeterState state;
    state.next_window = enrolments_[number].effective;
    state.registers.total = enrolments_[number].installed;
    if (*known) state = (*known)->state;
    const Window end = state.next_window + static_cast<Window>(pace_.windows);
    const GridClock clock(plan_.parameters);
    const Instant later{0, clock.end_real_ms(end - 1), true};
    Meter meter(std::move(planned.setup), std::move(state), {});
    while (!meter.has_measured_all() && meter.state().next_window < end) {
        for (MeterEffect& effect : meter.step(meter_event::Tick{}, later)) {
            if (const auto* reading = std::get_if<meter_effect::PersistReading>(&effect))
                out.readings.push_back(reading->reading);
            out.effects.push_back(std::move(effect));
        }
    }
    return out;
}

Result<void, IoError> LoadFleet::keep_signed(const std::vector<Signed>& meters) {
    std::vector<MeterAndEffect> writes;
    for (const Signed& each : meters)
        for (const MeterEffect& effect : each.effects)
            writes.emplace_back(each.meter, &effect);
    return outbox_.write(writes);
}

std::int64_t LoadFleet::due_ms(Window window, std::size_t number) const {
    const Instant now = clock_.now();
    const std::int64_t end_ms = GridClock(plan_.parameters).end_real_ms(window);
    const std::int64_t into_ms =
        pace_.rate > 0 ? static_cast<std::int64_t>(number) * 1000 / pace_.rate : 0;
    return now.steady_ms + (end_ms - now.real_ms) + into_ms;
}

void LoadFleet::connect(const std::filesystem::path& ca_certificate) {
    std::vector<MqttConfig> configs;
    // A stop may have come while not all meters had signed.
    for (std::size_t i = 0; i < enrolments_.size(); ++i) {
        first_line_.push_back(lines_.size());
        PlannedMeter& planned = plan_.meters[i];
        planned.setup.enrolment.meter = enrolments_[i].meter;  // it was moved into the meter
        planned.setup.parameters.name = plan_.parameters.name;
        for (const BrokerPlace& broker : planned.brokers) {
            lines_.push_back({i, broker.node});
            links_.add(enrolments_[i].meter, broker.node, clock_.now().steady_ms);
            line_traffic_.add_line(enrolments_[i].meter);
            configs.push_back(line_config(planned, broker, ca_certificate));
        }
    }
    first_line_.push_back(lines_.size());
    MqttLineHandlers handlers;
    handlers.on_message = [this](std::size_t line, std::string_view topic, ByteView payload, bool) {
        (void)news_.push(Message{line, std::string(topic), to_bytes(payload)});
    };
    handlers.on_connection = [this](std::size_t line, bool up, std::string_view reason) {
        if (!up)
            log_warning("no connection", kv("meter", enrolments_[lines_[line].meter].meter),
                        kv("broker", lines_[line].member), kv("reason", std::string(reason)));
        news_.push_always(Change{line, up});
    };
    mqtt_ = make_lines(std::move(configs), std::move(handlers), line_carrier());
    count_traffic(false);
}

void LoadFleet::await_connections(LoadResult& result) {
    std::size_t known = 0;
    std::int64_t moved_ms = clock_.now().steady_ms;
    while (up_ < lines_.size() && !stopping_) {
        hear(kLongestWaitMs);
        const std::int64_t now_ms = clock_.now().steady_ms;
        if (std::exchange(known, up_) != up_) moved_ms = now_ms;
        if (now_ms - moved_ms > kConnectMs) break;
        if (now_ms - told_ms_ >= kTellMs)
            tell(std::to_string(up_) + " of " + std::to_string(lines_.size()) + " connections");
    }
    result.connected = up_;
    tell(std::to_string(up_) + " of " + std::to_string(lines_.size()) + " connections");
}

void LoadFleet::play() {
    const std::int64_t ready_ms = clock_.now().steady_ms + kPauseMs;
    postponed_ms_ = pace_.in_flight == SIZE_MAX ? book_.postpone(ready_ms) : book_.gather(ready_ms);
    std::size_t progress = 0;
    std::int64_t moved_ms = clock_.now().steady_ms;
    const std::int64_t stalled_ms = kStalledMs + links_.settings().outages.for_ms;
    while (!book_.is_done() && !stopping_) {
        const std::int64_t before_ms = clock_.now().steady_ms;
        hear(std::clamp<std::int64_t>(book_.next_due_ms() - before_ms, 0, kLongestWaitMs));
        publish_due();
        count_traffic(false);
        const std::int64_t now_ms = clock_.now().steady_ms;
        const LoadCounts counts = book_.counts();
        const bool waits = counts.sent == counts.receipted && counts.sent == counts.settled;
        const std::size_t made = counts.receipted + counts.settled;
        if (waits || std::exchange(progress, made) != made) moved_ms = now_ms;
        if (now_ms - moved_ms > stalled_ms) return;
        if (now_ms - told_ms_ < kTellMs) continue;
        tell(std::to_string(counts.sent) + " readings sent, " + std::to_string(counts.receipted) +
             " receipted, " + std::to_string(counts.settled) + " final");
    }
}

// Waits for news no longer than the links allow.
void LoadFleet::hear(std::int64_t wait_ms) {
    const std::int64_t before_ms = clock_.now().steady_ms;
    const std::int64_t next_ms = std::max(links_.next_ms(), before_ms);
    for (const News& news : news_.pop_batch(kBatch, std::min(wait_ms, next_ms - before_ms))) {
        if (const auto* change = std::get_if<Change>(&news)) hear_change(*change);
        const auto* message = std::get_if<Message>(&news);
        if (message == nullptr) continue;
        if (links_.is_clear(message->line)) {
            hear_message(message->line, message->topic, message->payload);
        } else {
            auto payload = std::make_shared<const Bytes>(message->payload);
            links_.enter(message->line, {LinkWay::in, message->topic, std::move(payload)},
                         clock_.now().steady_ms);
        }
    }
    serve_links();
}

void LoadFleet::hear_change(const Change& change) {
    const FleetLine& line = lines_[change.line];
    if (!change.up) links_.connection_lost(change.line);
    book_.connected(line.meter, line.member, change.up);
    up_ = book_.connections();
}

void LoadFleet::hear_message(std::size_t line, const std::string& topic_text, ByteView payload) {
    const auto topic = Topic::parse(topic_text);
    if (!topic) return;
    const auto& [meter, member] = lines_[line];
    const std::int64_t now_ms = clock_.now().steady_ms;
    if (topic->channel == Channel::receipt) {
        const auto receipt = decode_receipt(payload, plan_.network);
        if (receipt) book_.heard(member, meter, receipt->content, now_ms);
    } else if (topic->channel == Channel::share) {
        const auto share = decode_share(payload, plan_.network);
        if (share) book_.heard(member, meter, share->content, now_ms);
    } else if (topic->channel == Channel::refusal) {
        const auto refusal = decode_refusal(payload, plan_.network);
        if (refusal) book_.heard_refusal(refusal->content.reason);
    }
}

void LoadFleet::publish_due() {
    const std::int64_t now_ms = clock_.now().steady_ms;
    for (const LoadBook::Publish& publish : book_.due(now_ms, kBatch)) {
        std::size_t line = first_line_[publish.meter];
        while (lines_[line].member != publish.member)
            ++line;
        const std::string topic =
            Topic{plan_.parameters.name, enrolments_[publish.meter].meter.str(), Channel::reading,
                  "-"}
                .str();
        if (links_.is_clear(line)) {
            (void)mqtt_->publish(line, topic, *publish.envelope);
        } else {
            links_.enter(line, {LinkWay::out, topic, publish.envelope}, now_ms);
        }
    }
}

void LoadFleet::serve_links() {
    const std::int64_t now_ms = clock_.now().steady_ms;
    for (const FleetLinks::Change& change : links_.changes(now_ms))
        mqtt_->cut(change.line, change.is_cut);
    for (const auto& [line, message] : links_.arrived(now_ms)) {
        if (message.way == LinkWay::out) {
            (void)mqtt_->publish(line, message.topic, *message.payload);
        } else {
            hear_message(line, message.topic, *message.payload);
        }
    }
}

void LoadFleet::count_traffic(bool at_the_end) {
    const Instant now = clock_.now();
    const bool is_due = now.steady_ms >= next_count_ms_ && line_traffic_.must_count(now.real_ms);
    if (!is_due && !at_the_end) return;
    line_traffic_.count(*mqtt_, now.real_ms, traffic_);
    next_count_ms_ = now.steady_ms + kCountMs;
}

void LoadFleet::tell(const std::string& text) {
    told_ms_ = clock_.now().steady_ms;
    progress_(text);
}

Result<void, IoError> LoadFleet::keep_receipts() {
    const std::vector<std::pair<MeterId, MeterEffect>> effects =
        book_.to_keep(clock_.now().real_ms);
    for (std::size_t begin = 0; begin < effects.size(); begin += kKeptAtATime) {
        std::vector<MeterAndEffect> writes;
        for (std::size_t i = begin; i < std::min(effects.size(), begin + kKeptAtATime); ++i)
            writes.emplace_back(effects[i].first, &effects[i].second);
        if (auto written = outbox_.write(writes); !written) return written;
    }
    return {};
}

}  // namespace fairfeed
