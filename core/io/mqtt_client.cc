#include "core/io/mqtt_client.h"

#include <mqtt/async_client.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

#include "core/io/mqtt_outbox.h"
#include "core/io/tcp_delay.h"

namespace fairfeed {
namespace {

constexpr std::int64_t kCloseMs = 1000;      // the destructor's bound
constexpr std::int64_t kDrainMs = 500;       // of it, for handing over what was accepted
constexpr std::int64_t kRetryMs = 100;       // after Paho refused a publish for the moment
constexpr std::int64_t kDialSlackMs = 2000;  // beyond Paho's own connect timeout
constexpr std::int64_t kDisconnectMs = 200;

// What a listener gets back: a number of ours, carried where Paho carries a pointer.
void* to_context(std::uint64_t number) {
    return reinterpret_cast<void*>(number);
}
std::uint64_t number_of(const mqtt::token& token) {
    return reinterpret_cast<std::uint64_t>(token.get_user_context());
}

std::string reason_of(const mqtt::token& token) {
    return mqtt::exception(token.get_return_code(), token.get_reason_code()).what();
}

// Turns the two virtual calls of a Paho action into one function.
class Completion final : public virtual mqtt::iaction_listener {
  public:
    using Done = std::function<void(const mqtt::token&, bool succeeded)>;
    explicit Completion(Done done) : done_(std::move(done)) {}
    void on_success(const mqtt::token& token) override { done_(token, true); }
    void on_failure(const mqtt::token& token) override { done_(token, false); }

  private:
    Done done_;
};

mqtt::create_options create_options_for(const MqttConfig& config) {
    mqtt::create_options options(MQTTVERSION_5);
    options.set_max_buffered_messages(static_cast<int>(config.max_in_flight) + 1);
    return options;
}

enum class Phase { idle, dialling, connected, hanging_up, closed };

}  // namespace

class MqttLink final : public DialTarget, public std::enable_shared_from_this<MqttLink> {
  public:
    MqttLink(MqttDialer& dialer, MqttConfig config, MqttHandlers handlers);

    void start() { schedule(0); }
    void retire() { dialer_.retire(shared_from_this()); }
    [[nodiscard]] bool publish(std::string_view topic, ByteView payload, bool retain);
    void start_close();
    void finish_close();  // waits, bounded, and silences the handlers
    [[nodiscard]] bool is_connected() const;
    [[nodiscard]] std::size_t buffered() const;
    [[nodiscard]] MqttCounts counts() const;

    void work() override;  // the dialer's thread only

  private:
    void schedule(std::int64_t at_ms) {
        if (const auto self = weak_from_this().lock()) dialer_.schedule(self, at_ms);
    }
    // With mutex_ held: what to do next, as far as time and phase decide it.
    enum class Step { none, dial, hang_up, subscribe, end };
    [[nodiscard]] Step next_step(std::int64_t now_ms);
    void go_idle(std::int64_t redial_in_ms);

    void dial(std::uint64_t attempt);
    void subscribe_all(std::uint64_t attempt);
    void send_waiting();
    void hang_up();

    // What Paho tells us, on its threads or ours.
    void dialled(std::uint64_t attempt, bool succeeded, const std::string& reason);
    void subscribed(std::uint64_t attempt, bool succeeded);
    void published(std::uint64_t number, bool succeeded, int reason_code);
    void hung_up();
    void lost(const std::string& reason);
    void arrived(const mqtt::const_message_ptr& message);
    void note_tls_error(const std::string& text);

    void tell_connection(const std::string& reason);
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
    Phase phase_ = Phase::idle;
    bool closing_ = false;
    bool subscribe_wanted_ = false;
    bool hang_up_wanted_ = false;
    bool reachable_ = false;  // connected, and every subscription acknowledged
    std::uint64_t attempt_ = 0;
    std::size_t subscriptions_open_ = 0;
    std::int64_t due_ms_ = 0;  // idle: dial then; dialling and hanging up: give up then
    std::int64_t drain_until_ms_ = 0;
    std::int64_t redial_ms_;
    MqttOutbox outbox_;
    MqttCounts counts_;
    std::string tls_error_;

    Completion on_dialled_{[this](const mqtt::token& token, bool ok) {
        dialled(number_of(token), ok, reason_of(token));
    }};
    Completion on_subscribed_{
        [this](const mqtt::token& token, bool ok) { subscribed(number_of(token), ok); }};
    Completion on_published_{[this](const mqtt::token& token, bool ok) {
        published(number_of(token), ok, static_cast<int>(token.get_reason_code()));
    }};
    Completion on_hung_up_{[this](const mqtt::token&, bool) { hung_up(); }};
    mqtt::async_client client_;  // last: destroyed first, and may still complete actions then
};

MqttLink::MqttLink(MqttDialer& dialer, MqttConfig config, MqttHandlers handlers)
    : dialer_(dialer),
      config_(std::move(config)),
      handlers_(std::move(handlers)),
      redial_ms_(config_.redial_min_ms),
      outbox_(config_.max_in_flight, config_.max_buffered),
      client_(config_.uri, config_.client_id, create_options_for(config_)) {
    client_.set_connection_lost_handler([this](const std::string& cause) { lost(cause); });
    client_.set_disconnected_handler([this](const mqtt::properties&, mqtt::ReasonCode code) {
        lost("disconnected by the broker, reason code " + std::to_string(code));
    });
    client_.set_message_callback([this](mqtt::const_message_ptr message) { arrived(message); });
}

MqttLink::Step MqttLink::next_step(std::int64_t now_ms) {
    const bool is_due = now_ms >= due_ms_;
    switch (phase_) {
        case Phase::idle:
            if (closing_) return Step::end;
            return is_due ? Step::dial : Step::none;
        case Phase::dialling:
            return closing_ || is_due ? Step::hang_up : Step::none;
        case Phase::connected: {
            if (hang_up_wanted_) return Step::hang_up;
            if (closing_ && (outbox_.empty() || now_ms >= drain_until_ms_)) return Step::hang_up;
            return subscribe_wanted_ ? Step::subscribe : Step::none;
        }
        case Phase::hanging_up:
            return is_due ? Step::end : Step::none;
        case Phase::closed:
            return Step::none;
    }
    return Step::none;
}

void MqttLink::work() {
    std::unique_lock lock(mutex_);
    const std::int64_t now_ms = MqttDialer::steady_now_ms();
    const Step step = next_step(now_ms);
    if (step == Step::dial) {
        phase_ = Phase::dialling;
        ++attempt_;
        due_ms_ = now_ms + config_.connect_timeout_s * 1000 + kDialSlackMs;
    } else if (step == Step::hang_up) {
        phase_ = Phase::hanging_up;
        due_ms_ = now_ms + 2 * kDisconnectMs;
    } else if (step == Step::subscribe) {
        subscribe_wanted_ = false;
        subscriptions_open_ = std::max<std::size_t>(config_.subscriptions.size(), 1);
    }
    const std::uint64_t attempt = attempt_;
    if (phase_ == Phase::connected) {
        if (closing_) schedule(drain_until_ms_);
    } else if (phase_ != Phase::closed && step != Step::end) {
        schedule(due_ms_);
    }
    lock.unlock();
    switch (step) {
        case Step::none:
            return send_waiting();
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

void MqttLink::dial(std::uint64_t attempt) {
    mqtt::ssl_options tls;
    tls.set_trust_store(config_.ca_file.string());
    tls.set_key_store(config_.certificate_file.string());
    tls.set_private_key(config_.key_file.string());
    tls.set_enable_server_cert_auth(true);
    tls.set_verify(true);  // of the broker's name; Paho's default does not look at it
    tls.set_ssl_version(MQTT_SSL_VERSION_TLS_1_2);
    tls.set_error_handler([this](const std::string& text) { note_tls_error(text); });
    mqtt::connect_options options;
    options.set_mqtt_version(MQTTVERSION_5);
    options.set_clean_start(true);
    options.set_automatic_reconnect(false);
    options.set_keep_alive_interval(config_.keep_alive_s);
    options.set_connect_timeout(config_.connect_timeout_s);
    options.set_max_inflight(static_cast<int>(config_.max_in_flight));
    options.set_ssl(std::move(tls));
    try {
        client_.connect(std::move(options), to_context(attempt), on_dialled_);
    } catch (const mqtt::exception& error) {
        dialled(attempt, false, error.what());
    }
}

void MqttLink::subscribe_all(std::uint64_t attempt) {
    if (const auto port = port_of_uri(config_.uri)) send_without_delay(*port);
    if (config_.subscriptions.empty()) return subscribed(attempt, true);
    for (const MqttSubscription& wanted : config_.subscriptions) {
        mqtt::subscribe_options options;
        options.set_retain_handling(
            static_cast<mqtt::subscribe_options::RetainHandling>(wanted.retained));
        options.set_retain_as_published(false);
        try {
            client_.subscribe(wanted.filter, 1, to_context(attempt), on_subscribed_, options);
        } catch (const mqtt::exception&) {
            return subscribed(attempt, false);
        }
    }
}

void MqttLink::send_waiting() {
    while (true) {
        std::unique_lock lock(mutex_);
        if (phase_ != Phase::connected || !outbox_.may_send()) return;
        const auto [number, sent] = outbox_.send_next();
        const auto message = mqtt::make_message(sent->topic, sent->payload.data(),
                                                sent->payload.size(), 1, sent->retain);
        lock.unlock();
        try {
            client_.publish(message, to_context(number), on_published_);
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

void MqttLink::go_idle(std::int64_t redial_in_ms) {
    phase_ = Phase::idle;
    subscribe_wanted_ = hang_up_wanted_ = reachable_ = false;
    due_ms_ = MqttDialer::steady_now_ms() + redial_in_ms;
    outbox_.put_all_back();
}

void MqttLink::dialled(std::uint64_t attempt, bool succeeded, const std::string& reason) {
    std::string why = reason;
    {
        const std::lock_guard lock(mutex_);
        if (attempt != attempt_ || phase_ != Phase::dialling) return;
        if (succeeded) {
            phase_ = Phase::connected;
            redial_ms_ = config_.redial_min_ms;
            subscribe_wanted_ = true;
            ++counts_.connects;
        } else {
            go_idle(redial_ms_);
            redial_ms_ = std::min(2 * redial_ms_, config_.redial_max_ms);
            if (!tls_error_.empty()) why += ": " + tls_error_;
        }
        tls_error_.clear();
        schedule(succeeded ? 0 : due_ms_);
    }
    if (!succeeded) tell_connection(why);
}

void MqttLink::subscribed(std::uint64_t attempt, bool succeeded) {
    {
        const std::lock_guard lock(mutex_);
        if (attempt != attempt_ || phase_ != Phase::connected || subscriptions_open_ == 0) return;
        if (succeeded && --subscriptions_open_ > 0) return;
        // A client that does not hear what it should is worse than one that is not there.
        reachable_ = succeeded;
        hang_up_wanted_ = !succeeded;
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
    if (phase_ != Phase::hanging_up && phase_ != Phase::idle) return;
    go_idle(redial_ms_);
    redial_ms_ = std::min(2 * redial_ms_, config_.redial_max_ms);
    if (closing_) phase_ = Phase::closed;
    closed_.notify_all();
    schedule(due_ms_);
}

void MqttLink::lost(const std::string& reason) {
    {
        const std::lock_guard lock(mutex_);
        if (phase_ != Phase::connected) return;
        go_idle(config_.redial_min_ms);
        schedule(closing_ ? 0 : due_ms_);
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

void MqttLink::note_tls_error(const std::string& text) {
    const std::lock_guard lock(mutex_);
    tls_error_ = text.substr(0, text.find_last_not_of(" \n") + 1);
}

// The state is read here, under the handlers' lock, so that the last thing told is the last truth
// whatever order Paho's threads arrive in.
void MqttLink::tell_connection(const std::string& reason) {
    handle([&] {
        const bool connected = is_connected();
        if (told_connected_ == connected) return;
        told_connected_ = connected;
        if (handlers_.on_connection) handlers_.on_connection(connected, reason);
    });
}

template <class Call>
void MqttLink::handle(const Call& call) {
    const std::lock_guard lock(handler_mutex_);
    if (!silenced_) call();
}

bool MqttLink::publish(std::string_view topic, ByteView payload, bool retain) {
    const std::lock_guard lock(mutex_);
    if (closing_ || !outbox_.accept(topic, payload, retain)) {
        ++counts_.refused;
        return false;
    }
    ++counts_.accepted;
    if (phase_ == Phase::connected && outbox_.may_send()) schedule(0);
    return true;
}

void MqttLink::start_close() {
    const std::lock_guard lock(mutex_);
    if (closing_) return;
    closing_ = true;
    drain_until_ms_ = MqttDialer::steady_now_ms() + kDrainMs;
    schedule(0);
}

void MqttLink::finish_close() {
    start_close();
    {
        std::unique_lock lock(mutex_);
        closed_.wait_for(lock, std::chrono::milliseconds(kCloseMs),
                         [this] { return phase_ == Phase::closed; });
    }
    const std::lock_guard lock(handler_mutex_);
    silenced_ = true;
}

bool MqttLink::is_connected() const {
    const std::lock_guard lock(mutex_);
    return reachable_;
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

bool MqttClient::publish(std::string_view topic, ByteView payload, bool retain) {
    return link_->publish(topic, payload, retain);
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

}  // namespace fairfeed
