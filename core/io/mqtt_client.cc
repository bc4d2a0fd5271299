#include "core/io/mqtt_client.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

#include "core/io/mqtt_dial_plan.h"
#include "core/io/mqtt_outbox.h"
#include "core/io/mqtt_route.h"
#include "core/io/paho.h"
#include "core/io/tcp_delay.h"

namespace fairfeed {
namespace {

constexpr std::int64_t kCloseMs = 1000;  // the destructor's bound
constexpr std::int64_t kRetryMs = 100;   // after Paho refused a publish temporarily
constexpr std::int64_t kDisconnectMs = 200;

}  // namespace

class MqttLink final : public DialTarget, public std::enable_shared_from_this<MqttLink> {
  public:
    MqttLink(MqttDialer& dialer, MqttConfig config, MqttHandlers handlers);

    void start() { schedule(0); }
    void retire() { dialer_.retire(shared_from_this()); }
    [[nodiscard]] bool publish(std::string_view topic, ByteView payload, bool retain,
                               Delivery delivery);
    void start_close();
    void finish_close();  // waits, bounded, and silences the handlers
    [[nodiscard]] bool is_connected() const;
    [[nodiscard]] std::size_t buffered() const;
    [[nodiscard]] MqttCounts counts() const;
    [[nodiscard]] TlsReport tls_report() const { return route_.tls_report(); }

    void work() override;  // the dialer's thread only

  private:
    void schedule(std::int64_t at_ms) {
        if (const auto self = weak_from_this().lock()) dialer_.schedule(self, at_ms);
    }
    [[nodiscard]] std::function<void()> wake_when_resolved();
    void resolve();
    void look_at_answer();
    void unresolved();
    void dial(std::uint64_t attempt);
    void subscribe_all(std::uint64_t attempt);
    void send_waiting();
    void hang_up();

    // Paho's reports, on its threads or ours.
    void dialled(std::uint64_t attempt, bool succeeded, const std::string& reason);
    void subscribed(std::uint64_t attempt, bool succeeded);
    void published(std::uint64_t number, bool succeeded, int reason_code);
    void hung_up();
    void lost(const std::string& reason);
    void arrived(const mqtt::const_message_ptr& message);

    void tell_connection(const std::string& reason, bool perhaps_ours = false);
    template <class Call>
    void handle(const Call& call);

    MqttDialer& dialer_;
    const MqttConfig config_;
    const MqttHandlers handlers_;
    std::mutex handler_mutex_;  // held while a handler runs; never while Paho is called
    bool silenced_ = false;
    std::optional<bool> told_connected_;

    mutable std::mutex mutex_;  // never held while a handler or Paho is called
    std::condition_variable closed_;
    MqttDialPlan plan_;
    MqttRoute route_;
    MqttOutbox outbox_;
    MqttCounts counts_;

    paho::Completion on_dialled_{[this](const mqtt::token& token, bool ok) {
        dialled(paho::number_of(token), ok, paho::reason_of(token));
    }};
    paho::Completion on_subscribed_{
        [this](const mqtt::token& token, bool ok) { subscribed(paho::number_of(token), ok); }};
    paho::Completion on_published_{[this](const mqtt::token& token, bool ok) {
        published(paho::number_of(token), ok, static_cast<int>(token.get_reason_code()));
    }};
    paho::Completion on_hung_up_{[this](const mqtt::token&, bool) { hung_up(); }};
    mqtt::async_client client_;  // last: destroyed first, perhaps completing actions
};

MqttLink::MqttLink(MqttDialer& dialer, MqttConfig config, MqttHandlers handlers)
    : dialer_(dialer),
      config_(std::move(config)),
      handlers_(std::move(handlers)),
      plan_(patience_of(config_)),
      route_(dialer.names(), config_.host, config_.port),
      outbox_(config_.max_in_flight, config_.max_buffered),
      client_(paho::kAnyUri, config_.client_id, paho::create_options_for(config_)) {
    client_.set_connection_lost_handler([this](const std::string& cause) { lost(cause); });
    client_.set_disconnected_handler([this](const mqtt::properties&, mqtt::ReasonCode code) {
        lost("disconnected by the broker, reason code " + std::to_string(code));
    });
    client_.set_message_callback([this](mqtt::const_message_ptr message) { arrived(message); });
}

void MqttLink::work() {
    using Step = MqttDialPlan::Step;
    std::unique_lock lock(mutex_);
    if (plan_.is_resolving()) look_at_answer();
    const Step step = plan_.take_step(MqttDialer::steady_now_ms(), outbox_.empty());
    const std::uint64_t attempt = plan_.attempt();
    if (step != Step::end && plan_.due_ms() != INT64_MAX) schedule(plan_.due_ms());
    lock.unlock();
    switch (step) {
        case Step::none:
            return send_waiting();
        case Step::resolve:
            return resolve();
        case Step::unresolved:
            return unresolved();
        case Step::dial:
            return dial(attempt);
        case Step::hang_up:
            return hang_up();
        case Step::subscribe:
            subscribe_all(attempt);
            return send_waiting();
        case Step::end:
            return hung_up();
    }
}

std::function<void()> MqttLink::wake_when_resolved() {
    return [waiting = weak_from_this()] {
        if (const auto link = waiting.lock()) link->schedule(0);
    };
}

void MqttLink::resolve() {
    const std::lock_guard lock(mutex_);
    const std::int64_t now_ms = MqttDialer::steady_now_ms();
    const auto look = route_.look(now_ms, wake_when_resolved());
    if (look.pending) return;
    if (look.addresses > 0) (void)plan_.resolved(look.addresses, now_ms);
    schedule(0);
}

// Call with the lock held. A pending look-up may be awaited until Step::unresolved.
void MqttLink::look_at_answer() {
    const auto look = route_.look_again();
    if (look.addresses > 0) (void)plan_.resolved(look.addresses, MqttDialer::steady_now_ms());
    if (look.addresses == 0 && !look.pending) plan_.stop_waiting();
}

void MqttLink::unresolved() {
    std::string reason;
    {
        const std::lock_guard lock(mutex_);
        if (!plan_.resolved(0, MqttDialer::steady_now_ms())) return;
        reason = route_.reason();
        schedule(plan_.due_ms());
    }
    tell_connection(reason);
}

void MqttLink::dial(std::uint64_t attempt) {
    std::string uri;
    {
        const std::lock_guard lock(mutex_);
        uri = route_.begin(plan_.address());
    }
    try {
        client_.connect(paho::connect_options_for(config_, uri, route_.ticket()),
                        paho::to_context(attempt), on_dialled_);
    } catch (const mqtt::exception& error) {
        dialled(attempt, false, error.what());
    }
}

void MqttLink::subscribe_all(std::uint64_t attempt) {
    send_without_delay(config_.port);
    if (config_.subscriptions.empty()) return subscribed(attempt, true);
    for (const MqttSubscription& wanted : config_.subscriptions) {
        mqtt::subscribe_options options;
        options.set_retain_handling(
            static_cast<mqtt::subscribe_options::RetainHandling>(wanted.retained));
        options.set_retain_as_published(false);
        try {
            client_.subscribe(wanted.filter, 1, paho::to_context(attempt), on_subscribed_, options);
        } catch (const mqtt::exception&) {
            return subscribed(attempt, false);
        }
    }
}

void MqttLink::send_waiting() {
    while (true) {
        std::unique_lock lock(mutex_);
        if (!plan_.may_publish() || !outbox_.may_send()) return;
        const auto [number, sent] = outbox_.send_next();
        const int qos = sent->delivery == Delivery::acknowledged ? 1 : 0;
        const auto message = mqtt::make_message(sent->topic, sent->payload.data(),
                                                sent->payload.size(), qos, sent->retain);
        lock.unlock();
        try {
            client_.publish(message, paho::to_context(number), on_published_);
        } catch (const mqtt::exception&) {
            return published(number, false, 0);
        }
    }
}

void MqttLink::hang_up() {
    try {
        client_.disconnect(static_cast<int>(kDisconnectMs), nullptr, on_hung_up_);
    } catch (const mqtt::exception&) {
        hung_up();  // it was not connected
    }
}

void MqttLink::dialled(std::uint64_t attempt, bool succeeded, const std::string& reason) {
    std::string why;
    bool tried_all = true;
    bool perhaps_ours = false;
    {
        const std::lock_guard lock(mutex_);
        const std::size_t address = plan_.address();
        if (!plan_.dialled(attempt, succeeded, MqttDialer::steady_now_ms())) return;
        if (succeeded) ++counts_.connects;
        if (succeeded) route_.succeeded(address);
        if (!succeeded) route_.failed(address, reason);
        tried_all = plan_.address() == address;
        why = route_.reason();
        perhaps_ours = route_.may_be_our_files();
        schedule(succeeded ? 0 : plan_.due_ms());
    }
    if (!succeeded && tried_all) tell_connection(why, perhaps_ours);
}

void MqttLink::subscribed(std::uint64_t attempt, bool succeeded) {
    {
        const std::lock_guard lock(mutex_);
        if (!plan_.subscribed(attempt, succeeded)) return;
        schedule(0);
    }
    tell_connection(succeeded ? "" : "the broker refused a subscription");
}

void MqttLink::published(std::uint64_t number, bool succeeded, int reason_code) {
    const bool denied = !succeeded && reason_code >= 0x80;
    std::string topic;
    {
        const std::lock_guard lock(mutex_);
        auto message = outbox_.complete(number);
        if (!message) return;
        topic = message->topic;
        if (succeeded) ++counts_.acknowledged;
        if (denied) ++counts_.denied;
        if (!succeeded && !denied) outbox_.put_back(std::move(*message));
        schedule(succeeded || denied ? 0 : MqttDialer::steady_now_ms() + kRetryMs);
    }
    if (!denied) return;
    handle([&] {
        if (handlers_.on_denied) handlers_.on_denied(topic, reason_code);
    });
}

void MqttLink::hung_up() {
    const std::lock_guard lock(mutex_);
    if (!plan_.hung_up(MqttDialer::steady_now_ms())) return;
    outbox_.put_all_back();
    closed_.notify_all();
    if (!plan_.is_closed()) schedule(plan_.due_ms());
}

void MqttLink::lost(const std::string& reason) {
    {
        const std::lock_guard lock(mutex_);
        if (!plan_.lost(MqttDialer::steady_now_ms())) return;
        outbox_.put_all_back();
        schedule(plan_.is_closing() ? 0 : plan_.due_ms());
    }
    tell_connection(reason.empty() ? "connection lost" : reason);
}

void MqttLink::arrived(const mqtt::const_message_ptr& message) {
    {
        const std::lock_guard lock(mutex_);
        ++counts_.received;
    }
    handle([&] {
        if (!handlers_.on_message) return;
        const mqtt::binary& payload = message->get_payload();
        handlers_.on_message(message->get_topic(), as_bytes(payload), message->is_retained());
    });
}

// Reads the state here, under the handlers' lock, so that the last report is the latest state
// whatever the order of Paho's threads.
void MqttLink::tell_connection(const std::string& reason, bool perhaps_ours) {
    handle([&] {
        const bool connected = is_connected();
        if (told_connected_ == connected) return;
        told_connected_ = connected;
        const std::string ours = perhaps_ours ? fault_of_files(config_) : "";
        if (handlers_.on_connection)
            handlers_.on_connection(connected, ours.empty() ? reason : reason + "; " + ours);
    });
}

template <class Call>
void MqttLink::handle(const Call& call) {
    const std::lock_guard lock(handler_mutex_);
    if (!silenced_) call();
}

bool MqttLink::publish(std::string_view topic, ByteView payload, bool retain, Delivery delivery) {
    const std::lock_guard lock(mutex_);
    if (plan_.is_closing() || !outbox_.accept(topic, payload, retain, delivery)) {
        ++counts_.refused;
        return false;
    }
    ++counts_.accepted;
    if (plan_.may_publish() && outbox_.may_send()) schedule(0);
    return true;
}

void MqttLink::start_close() {
    const std::lock_guard lock(mutex_);
    plan_.start_close(MqttDialer::steady_now_ms());
    schedule(0);
}

void MqttLink::finish_close() {
    start_close();
    {
        std::unique_lock lock(mutex_);
        closed_.wait_for(lock, std::chrono::milliseconds(kCloseMs),
                         [this] { return plan_.is_closed(); });
    }
    const std::lock_guard lock(handler_mutex_);
    silenced_ = true;
}

bool MqttLink::is_connected() const {
    const std::lock_guard lock(mutex_);
    return plan_.is_reachable();
}

std::size_t MqttLink::buffered() const {
    const std::lock_guard lock(mutex_);
    return outbox_.size();
}

MqttCounts MqttLink::counts() const {
    const std::lock_guard lock(mutex_);
    return counts_;
}

MqttClient::MqttClient(MqttDialer& dialer, MqttConfig config, MqttHandlers handlers)
    : link_(std::make_shared<MqttLink>(dialer, std::move(config), std::move(handlers))) {
    link_->start();
}

MqttClient::~MqttClient() {
    link_->finish_close();
    link_->retire();
}

bool MqttClient::publish(std::string_view topic, ByteView payload, bool retain, Delivery delivery) {
    return link_->publish(topic, payload, retain, delivery);
}
void MqttClient::start_close() {
    link_->start_close();
}
bool MqttClient::is_connected() const {
    return link_->is_connected();
}
std::size_t MqttClient::buffered() const {
    return link_->buffered();
}
MqttCounts MqttClient::counts() const {
    return link_->counts();
}
TlsReport MqttClient::tls_report() const {
    return link_->tls_report();
}

}  // namespace fairfeed
