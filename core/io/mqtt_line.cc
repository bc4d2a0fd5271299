#include "core/io/mqtt_line.h"

#include <algorithm>
#include <utility>

namespace fairfeed {
namespace {

constexpr std::int64_t kKeepAliveLookMs = 1000;
constexpr int kRefused = 0x80;  // the first reason code of MQTT 5 that says no

}  // namespace

MqttLine::MqttLine(std::size_t number, MqttConfig config, MqttLoop& loop)
    : number_(number),
      config_(std::move(config)),
      loop_(loop),
      plan_(patience_of(config_)),
      route_(loop.names(), config_.host, config_.port),
      ticket_(route_.ticket()),
      outbox_(config_.max_in_flight, config_.max_buffered) {}

bool MqttLine::accept(std::string_view topic, ByteView payload) {
    if (plan_.is_closing()) return false;
    return outbox_.accept(topic, payload, false);
}

void MqttLine::work(std::int64_t now_ms) {
    using Step = MqttDialPlan::Step;
    now_ms_ = now_ms;
    if (is_cut_ && !plan_.is_closing()) return stay_cut();
    while (true) {
        if (plan_.is_resolving()) look_at_answer();
        if (plan_.is_ready_to_dial() && !has_turn_) {
            has_turn_ = loop_.take_turn_to_dial(number_);
            if (!has_turn_) return;
        }
        const Step step = plan_.take_step(now_ms, outbox_.empty());
        perform(step);
        if (session_ && session_->end()) {
            take_end();
        } else if (step == Step::none || plan_.is_resolving()) {
            return;
        }
    }
}

void MqttLine::perform(MqttDialPlan::Step step) {
    using Step = MqttDialPlan::Step;
    switch (step) {
        case Step::none:
            send_waiting();
            return keep_alive();
        case Step::resolve:
            return resolve();
        case Step::unresolved:
            return unresolved();
        case Step::dial:
            return dial();
        case Step::hang_up:
            if (session_) session_->hang_up();
            return;
        case Step::subscribe:
            if (config_.subscriptions.empty()) return subscribed(true);
            return session_->subscribe(config_.subscriptions);
        case Step::end:
            drop_session();
            (void)plan_.hung_up(now_ms_);
            outbox_.put_all_back();
            return;
    }
}

void MqttLine::serve(std::uint32_t epoll_events, std::int64_t now_ms) {
    if (!session_) return;
    now_ms_ = now_ms;
    session_->serve(epoll_events);
    count_bytes();
    if (session_->end()) take_end();
    work(now_ms);
}

std::int64_t MqttLine::due_ms() const {
    if (plan_.is_ready_to_dial() && !has_turn_) return INT64_MAX;
    if (is_cut_ && !plan_.is_closing()) return INT64_MAX;
    const bool connected = session_ && plan_.may_publish();
    return std::min(plan_.due_ms(), connected ? keep_alive_ms_ : INT64_MAX);
}

void MqttLine::resolve() {
    const auto look = route_.look(now_ms_, loop_.waker(number_));
    if (look.addresses > 0) (void)plan_.resolved(look.addresses, now_ms_);
    if (look.addresses == 0 && !look.pending) plan_.stop_waiting();
}

void MqttLine::look_at_answer() {
    const auto look = route_.look_again();
    if (look.addresses > 0) (void)plan_.resolved(look.addresses, now_ms_);
    if (look.addresses == 0 && !look.pending) plan_.stop_waiting();
}

void MqttLine::unresolved() {
    if (plan_.resolved(0, now_ms_)) tell_connection(route_.reason());
}

void MqttLine::dial() {
    (void)route_.begin(plan_.address());
    auto tls = loop_.tls(config_.ca_file);
    if (!tls) {
        route_.failed(plan_.address(), tls.error());
        (void)plan_.dialled(plan_.attempt(), false, now_ms_);
        drop_session();
        return tell_connection(route_.reason());
    }
    counted_ = {};
    session_.emplace(config_, **tls, ticket_, static_cast<MosquittoEvents&>(*this));
    session_->dial(route_.address(plan_.address()), loop_.identity(config_));
}

void MqttLine::send_waiting() {
    while (session_ && !session_->end() && plan_.may_publish() && outbox_.may_send()) {
        const auto [number, sent] = outbox_.send_next();
        // If the session ends here, take_end() puts back what is in flight.
        if (!session_->publish(number, sent->topic, sent->payload, sent->retain)) return;
    }
}

void MqttLine::keep_alive() {
    if (!session_ || session_->end() || now_ms_ < keep_alive_ms_) return;
    keep_alive_ms_ = now_ms_ + kKeepAliveLookMs;
    session_->keep_alive();
}

// The session is over, by its own account.
void MqttLine::take_end() {
    const std::string said = *session_->end();
    drop_session();
    const std::size_t address = plan_.address();
    if (plan_.dialled(plan_.attempt(), false, now_ms_)) {
        route_.failed(address, said);
        if (plan_.address() == address) tell_connection(route_.reason(), true);
    } else if (plan_.lost(now_ms_)) {
        tell_connection(said.empty() ? "connection lost" : said);
    } else {
        (void)plan_.hung_up(now_ms_);
    }
    outbox_.put_all_back();
}

// As if the network had failed: the broker hears nothing of it.
void MqttLine::stay_cut() {
    if (!session_) return;
    drop_session();
    if (!plan_.dialled(plan_.attempt(), false, now_ms_)) {
        if (plan_.lost(now_ms_)) {
            tell_connection("the line is cut");
        } else {
            (void)plan_.hung_up(now_ms_);
        }
    }
    outbox_.put_all_back();
}

void MqttLine::drop_session() {
    if (session_) count_bytes();
    session_.reset();
    if (std::exchange(has_turn_, false)) loop_.give_back_turn_to_dial();
}

void MqttLine::count_bytes() {
    const TlsBytes now = session_->bytes();
    loop_.totals().bytes_sent += now.sent - counted_.sent;
    loop_.totals().bytes_received += now.received - counted_.received;
    loop_.count_traffic(number_, {now.payload_sent - counted_.payload_sent,
                                  now.payload_received - counted_.payload_received});
    counted_ = now;
}

void MqttLine::accepted() {
    const std::size_t address = plan_.address();
    if (!plan_.dialled(plan_.attempt(), true, now_ms_)) return;
    ++loop_.totals().connects;
    route_.succeeded(address);
    keep_alive_ms_ = now_ms_ + kKeepAliveLookMs;
    if (std::exchange(has_turn_, false)) loop_.give_back_turn_to_dial();
}

void MqttLine::subscribed(bool granted) {
    if (!plan_.subscribed(plan_.attempt(), granted)) return;
    tell_connection(granted ? "" : "the broker refused a subscription");
}

void MqttLine::acknowledged(std::uint64_t number, int reason_code) {
    const auto message = outbox_.complete(number);
    if (!message) return;
    loop_.let_go(number_);
    if (reason_code < kRefused) {
        ++loop_.totals().acknowledged;
        return;
    }
    ++loop_.totals().denied;
    if (loop_.handlers().on_denied)
        loop_.handlers().on_denied(number_, message->topic, reason_code);
}

void MqttLine::arrived(std::string_view topic, ByteView payload, bool retained) {
    ++loop_.totals().received;
    if (loop_.handlers().on_message) loop_.handlers().on_message(number_, topic, payload, retained);
}

// Files are examined only after the broker has shown its certificate: before that they explain
// nothing, and thousands of lines may fail at a time.
void MqttLine::tell_connection(const std::string& reason, bool perhaps_ours) {
    const bool connected = plan_.is_reachable();
    if (told_connected_ == connected) return;
    if (connected) ++loop_.totals().up;
    if (!connected && told_connected_) --loop_.totals().up;
    told_connected_ = connected;
    if (!loop_.handlers().on_connection) return;
    const bool ours = perhaps_ours && route_.may_be_our_files() && route_.tls_report().asked;
    const std::string fault = ours ? fault_of_files(config_) : "";
    loop_.handlers().on_connection(number_, connected,
                                   fault.empty() ? reason : reason + "; " + fault);
}

}  // namespace fairfeed
