#include "gateway/runtime/gateway_runtime.h"

#include <algorithm>

#include "core/io/file_access.h"
#include "core/io/log.h"
#include "core/io/notify.h"
#include "core/wire/message_codec.h"
#include "core/wire/office_topics.h"

namespace fairfeed {
namespace {

constexpr std::size_t kEventsPerTurn = 64;
constexpr std::int64_t kMaxWaitMs = 500;
constexpr std::int64_t kStatusEveryMs = 1000;
constexpr std::int64_t kPatienceMs = 3000;
constexpr std::size_t kMessagesWaiting = 4;  // of the largest size, by node

std::string subject_of(const std::string& alarm) {
    return alarm.substr(0, alarm.find(": "));
}

}  // namespace

GatewayRuntime::GatewayRuntime(const GatewayConfig& config, const GatewayFiles& files)
    : config_(config),
      files_(files),
      queue_(kQueueCapacity),
      signals_([this](Signal signal) { queue_.push_always(Signalled{signal}); }),
      status_(config.status_file.empty() ? default_status_file(kGatewayRuntimeName)
                                         : config.status_file),
      room_(config.ledger.parent_path()),
      outbox_(config.ledger) {
    tls_.add(tls_files_of(config), files.genesis.content.dgmd.str());
}

Result<std::unique_ptr<GatewayRuntime>, OfficeFault> GatewayRuntime::open(
    const GatewayConfig& config, const GatewayFiles& files) {
    std::unique_ptr<GatewayRuntime> runtime(new GatewayRuntime(config, files));
    if (auto ready = runtime->replay_ledger(); !ready) return unexpected(ready.error());
    return runtime;
}

Result<void, OfficeFault> GatewayRuntime::replay_ledger() {
    const auto progress = [this](Height, Height) {
        const Instant now = clock_.now();
        if (now.steady_ms < progress_at_ms_) return;
        progress_at_ms_ = now.steady_ms + kStatusEveryMs;
        notify_progress();
    };
    auto service = OfficeService::open(config_,
                                       {files_.genesis,
                                        {files_.signing, files_.other_signing},
                                        files_.agreement,
                                        files_.other_agreement},
                                       TablesAtStart::as_they_are, progress, clock_.now().real_ms);
    if (!service) return unexpected(service.error());
    service_ = std::move(*service);
    for (const std::string& mishap : service_->copy().mishaps())
        log_warning("repaired", kv("what", mishap));
    return {};
}

void GatewayRuntime::connect() {
    const Genesis& genesis = files_.genesis.content;
    clients_.push_back(dial(genesis.dgmd, *config_.broker, {}));
    for (const NodeBroker& broker : config_.nodes)
        clients_.push_back(
            dial(broker.node, broker,
                 follower_filters(genesis.parameters.name, broker.node, genesis.dgmd)));
}

std::unique_ptr<MqttClient> GatewayRuntime::dial(const NodeId& owner, const DialPlace& place,
                                                 const std::vector<std::string>& filters) {
    const Genesis& genesis = files_.genesis.content;
    MqttConfig config;
    config.host = place.host;
    config.port = place.port;
    config.client_id = genesis.dgmd.str();
    config.ca_file = config_.ca_certificate;
    config.certificate_file = config_.tls_certificate;
    config.key_file = config_.tls_key;
    for (const std::string& filter : filters)
        config.subscriptions.push_back({filter, RetainHandling::send});
    const std::size_t most = max_message_bytes(genesis.parameters);
    ByteBudget& waiting = waiting_.try_emplace(owner, kMessagesWaiting * most).first->second;
    assemblers_.try_emplace(owner, most);
    MqttHandlers handlers;
    handlers.on_message = [this, owner, &waiting](std::string_view topic, ByteView payload, bool) {
        payload = payload.first(std::min(payload.size(), kMaxPacketBytes + 1));
        Packet packet{owner, std::string(topic), to_bytes(payload)};
        const std::size_t cost = packet.cost();
        if (waiting.take(cost) && !queue_.push(std::move(packet))) waiting.give_back(cost);
    };
    handlers.on_connection = [this, owner](bool connected, std::string_view reason) {
        queue_.push_always(NodeLineChanged{owner, connected, std::string(reason)});
    };
    handlers.on_denied = [owner](std::string_view topic, int reason) {
        log_error("the broker refused a message; check its ACL", kv("broker", owner),
                  kv("topic", topic), kv("reason_code", reason));
    };
    return std::make_unique<MqttClient>(dialer_, std::move(config), std::move(handlers));
}

Result<void, OfficeFault> GatewayRuntime::run() {
    patient_until_ms_ = clock_.now().steady_ms + kPatienceMs;
    connect();
    log_info("gateway started", kv("height", service_->state().height),
             kv("nodes", config_.nodes.size()));
    notify_ready();
    Result<void, OfficeFault> going;
    while (!stopping_ && going) {
        for (Posted& posted : queue_.pop_batch(kEventsPerTurn, wait_ms(clock_.now())))
            if (going) going = handle(std::move(posted));
        const auto due = service_->next_deadline_ms();
        if (going && due && clock_.now().steady_ms >= *due) going = step(MomentPassed{});
        if (clock_.now().steady_ms >= report_at_ms_) report();
    }
    for (const auto& client : clients_)
        client->start_close();
    clients_.clear();
    stopping_ = true;
    service_->finish();
    report();
    log_info("gateway stopped", kv("height", service_->state().height));
    return going;
}

std::int64_t GatewayRuntime::wait_ms(Instant now) const {
    std::int64_t due = report_at_ms_;
    if (const auto wanted = service_->next_deadline_ms()) due = std::min(due, *wanted);
    return std::clamp(due - now.steady_ms, std::int64_t{1}, kMaxWaitMs);
}

Result<void, OfficeFault> GatewayRuntime::handle(Posted posted) {
    if (auto* packet = std::get_if<Packet>(&posted)) {
        waiting_.at(packet->broker).give_back(packet->cost());
        auto message = assemblers_.at(packet->broker).add(packet->topic, packet->payload);
        // A node says a block again, and gives it to whoever asks: nothing is lost by not taking
        // it.
        if (!message || room_.is_full()) return {};
        return step(NodeSpoke{packet->broker, std::move(packet->topic), std::move(*message)});
    }
    if (const auto* change = std::get_if<NodeLineChanged>(&posted)) {
        tell_line(*change);
        if (change->broker != files_.genesis.content.dgmd) return step(*change);
        broker_connected_ = change->connected;
        broker_why_not_ = change->reason;
    } else if (std::get<Signalled>(posted).signal == Signal::stop) {
        stopping_ = true;
    }
    return {};
}

Result<void, OfficeFault> GatewayRuntime::step(const FollowerEvent& event) {
    const Height before = service_->state().height;
    auto requests = service_->step(event, clock_.now());
    if (!requests) return unexpected(requests.error());
    for (const AskNode& each : *requests)
        send(Channel::request, each.node.str(), each.request);
    const Height height = service_->state().height;
    if (height > before)
        log_info("blocks followed", kv("height", height), kv("blocks", height - before));
    return {};
}

// On the gateway's own broker.
void GatewayRuntime::send(Channel channel, const std::string& item, ByteView message) {
    const Genesis& genesis = files_.genesis.content;
    const Topic topic{genesis.parameters.name, genesis.dgmd.str(), channel, item};
    for (const Bytes& packet : split_message(message, max_message_bytes(genesis.parameters)))
        if (!clients_.front()->publish(topic.str(), packet, false)) ++not_sent_;
}

void GatewayRuntime::publish_notices(Instant now) {
    if (!broker_connected_) return;
    notices_ = outbox_.look(files_.genesis, service_->copy().ledger(), now);
    for (const Transaction& notice : notices_.publish) {
        const bool is_tariff = notice.kind == TransactionKind::tariff;
        send(is_tariff ? Channel::tariff : Channel::tx, "-", encode_bundle({{notice}}));
    }
    for (const std::string& ended : notices_.ended)
        log_info("a notice waits no longer", kv("what", ended));
}

// Where the members of a committee are gone, as often as notices.
void GatewayRuntime::publish_handovers(Instant now) {
    if (!broker_connected_ || now.steady_ms < handovers_at_ms_) return;
    handovers_at_ms_ = now.steady_ms + NoticeOutbox::kAgainMs;
    for (const Transaction& handover : service_->owed_handovers(now)) {
        if (told_handovers_.insert(handover.id).second)
            log_info("handing over for members that are gone", kv("what", describe(handover)));
        send(Channel::tx, "-", encode_bundle({{handover}}));
    }
}

void GatewayRuntime::tell_line(const NodeLineChanged& change) {
    const Instant now = clock_.now();
    if (!change.connected) tls_.suspect(files_.genesis.content.dgmd.str());
    if (!change.connected && now.steady_ms >= patient_until_ms_ + kPatienceMs)
        patient_until_ms_ = now.steady_ms + kPatienceMs;
    connection_log_.tell(change.broker, change.connected, change.reason, now);
}

std::vector<std::string> GatewayRuntime::machine_alarms(Instant now) {
    std::vector<std::string> alarms = tls_.look(now.real_ms / 1000, now.steady_ms);
    if (!room_.look())
        alarms.push_back(concat("the disk is full: ", room_.free() / 1000,
                                " kB are free beside the ledger; nothing is followed before ",
                                DiskRoom::kEnoughBytes / 1000, " kB are: make room"));
    alarms.insert(alarms.end(), notices_.faults.begin(), notices_.faults.end());
    return alarms;
}

std::int64_t GatewayRuntime::waiting_ms(const FollowerSummary& summary, Instant now) {
    const bool is_satisfied = summary.behind() == 0 || summary.height != told_height_;
    told_height_ = summary.height;
    if (is_satisfied) satisfied_ms_ = now.steady_ms;
    return now.steady_ms - satisfied_ms_;
}

void GatewayRuntime::report() {
    const Instant now = clock_.now();
    report_at_ms_ = now.steady_ms + kStatusEveryMs;
    notify_watchdog();
    if (!stopping_) publish_notices(now);
    if (!stopping_) publish_handovers(now);
    const OfficeCopy& copy = service_->copy();
    const FollowerSummary summary = service_->summary();
    GatewayFacts facts{.self = files_.genesis.content.dgmd,
                       .broker_connected = broker_connected_,
                       .patient = now.steady_ms < patient_until_ms_,
                       .broker_why_not = broker_why_not_,
                       .waiting_ms = waiting_ms(summary, now),
                       .read_model = copy.read_model().height(),
                       .database_fault = copy.database_fault(),
                       .repaired = copy.mishaps(),
                       .machine = machine_alarms(now),
                       .snapshot = service_->snapshots(),
                       .notices_waiting = notices_.waiting,
                       .ending_keys = service_->ending_keys(now),
                       .dropped = not_sent_ + queue_.refused(),
                       .starts_ms = files_.genesis.content.parameters.real_epoch_ms,
                       .running = !stopping_};
    for (const auto& [broker, waiting] : waiting_)
        facts.dropped += waiting.refused();
    const GatewayStatus status = status_of(facts, summary, now);
    status_.show(status.facts, now);
    if (stopping_) return;
    if (std::exchange(told_line_, status.line) != status.line) notify_status(status.line);
    std::set<std::string> standing;
    for (const std::string& alarm : status.alarms) {
        standing.insert(subject_of(alarm));
        if (!told_alarms_.contains(subject_of(alarm))) log_warning("alarm", kv("what", alarm));
    }
    for (const std::string& subject : told_alarms_)
        if (!standing.contains(subject)) log_info("alarm is over", kv("what", subject));
    told_alarms_ = std::move(standing);
}

Result<int, OfficeFault> run_gateway(const GatewayConfig& config, const GatewayFiles& files,
                                     const AtOpening& at_opening) {
    if (auto foreign = foreign_root_fault(config.ledger.parent_path(), "gateway serve ..."))
        return unexpected(OfficeFault{std::move(*foreign), true});
    auto runtime = GatewayRuntime::open(config, files);
    if (!runtime) return unexpected(runtime.error());
    if (auto opened = at_opening(); !opened) return unexpected(opened.error());
    const auto ended = (*runtime)->run();
    notify_stopping();
    if (ended) return 0;
    log_error("the gateway ends", kv("reason", ended.error().reason));
    return 1;
}

}  // namespace fairfeed
