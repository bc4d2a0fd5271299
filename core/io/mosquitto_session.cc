#include "core/io/mosquitto_session.h"

#include <fcntl.h>
#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "core/base/check.h"
#include "core/io/descriptors.h"

namespace fairfeed {
namespace {

constexpr int kLeastKeepAliveS = 5;  // libmosquitto refuses less
constexpr int kMostReads = 64;       // calls in a row for one connection, so that others have turns
constexpr int kRefused = 0x80;       // the first reason code of MQTT 5 that says no

// While it lives, this thread gets no pair of sockets. libmosquitto asks for one for each client,
// to wake up a loop of its own that nobody runs here, and goes on without it.
class NoSocketPairs {
  public:
    NoSocketPairs() { refused = true; }
    ~NoSocketPairs() { refused = false; }
    NoSocketPairs(const NoSocketPairs&) = delete;
    NoSocketPairs& operator=(const NoSocketPairs&) = delete;

    inline static thread_local bool refused = false;
};

void set_up_library() {
    static const int kReady = mosquitto_lib_init();
    CHECK(kReady == MOSQ_ERR_SUCCESS);
}

ssl_st* tls_of(::mosquitto* client) {
    return static_cast<ssl_st*>(mosquitto_ssl_get(client));
}

int options_of(const MqttSubscription& wanted) {
    switch (wanted.retained) {
        case RetainHandling::send:
            return MQTT_SUB_OPT_SEND_RETAIN_ALWAYS;
        case RetainHandling::send_if_new:
            return MQTT_SUB_OPT_SEND_RETAIN_NEW;
        case RetainHandling::never:
            return MQTT_SUB_OPT_SEND_RETAIN_NEVER;
    }
    return MQTT_SUB_OPT_SEND_RETAIN_ALWAYS;
}

}  // namespace

// libmosquitto calls these inside its own calls. It must not be called back from there.
struct MosquittoSession::Callbacks {
    static MosquittoSession& of(void* object) { return *static_cast<MosquittoSession*>(object); }
    static void on_connect(::mosquitto*, void* object, int code, int, const mosquitto_property*) {
        MosquittoSession& session = of(object);
        session.accepted_ = code == 0;
        if (code == 0) return session.events_.accepted();
        session.end_with("the broker refuses the connection: " +
                         std::string(mosquitto_reason_string(code)));
    }
    static void on_disconnect(::mosquitto*, void* object, int code, const mosquitto_property*) {
        // A result of the library is below kRefused, a reason of the broker is not.
        const bool said = code >= kRefused;
        of(object).end_with(said ? "disconnected by the broker, reason code " + std::to_string(code)
                                 : "");
    }
    static void on_publish(::mosquitto*, void* object, int id, int code,
                           const mosquitto_property*) {
        MosquittoSession& session = of(object);
        auto& open = session.in_flight_;
        const auto found = std::find_if(open.begin(), open.end(),
                                        [id](const auto& each) { return each.first == id; });
        if (found == open.end()) return;
        const std::uint64_t number = found->second;
        open.erase(found);
        session.events_.acknowledged(number, code);
    }
    static void on_subscribe(::mosquitto*, void* object, int, int count, const int* granted,
                             const mosquitto_property*) {
        const bool all =
            std::all_of(granted, granted + count, [](int qos) { return qos < kRefused; });
        of(object).events_.subscribed(all);
    }
    static void on_message(::mosquitto*, void* object, const mosquitto_message* message,
                           const mosquitto_property*) {
        const auto* bytes = static_cast<const std::uint8_t*>(message->payload);
        of(object).events_.arrived(message->topic,
                                   {bytes, static_cast<std::size_t>(message->payloadlen)},
                                   message->retain);
    }
};

MosquittoSession::MosquittoSession(const MqttConfig& config, TlsClients& tls,
                                   const std::string& ticket, MosquittoEvents& events)
    : config_(config), tls_(tls), ticket_(ticket), events_(events) {
    set_up_library();
    const NoSocketPairs one_descriptor_is_enough;
    client_ = mosquitto_new(config.client_id.c_str(), true, this);
    CHECK(client_ != nullptr);
    mosquitto_int_option(client_, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5);
    mosquitto_int_option(client_, MOSQ_OPT_TCP_NODELAY, 1);
    mosquitto_int_option(client_, MOSQ_OPT_SEND_MAXIMUM, static_cast<int>(config.max_in_flight));
    mosquitto_void_option(client_, MOSQ_OPT_SSL_CTX, tls.context());
    mosquitto_int_option(client_, MOSQ_OPT_SSL_CTX_WITH_DEFAULTS, 0);
    mosquitto_connect_v5_callback_set(client_, Callbacks::on_connect);
    mosquitto_disconnect_v5_callback_set(client_, Callbacks::on_disconnect);
    mosquitto_publish_v5_callback_set(client_, Callbacks::on_publish);
    mosquitto_subscribe_v5_callback_set(client_, Callbacks::on_subscribe);
    mosquitto_message_v5_callback_set(client_, Callbacks::on_message);
}

MosquittoSession::~MosquittoSession() {
    take_turn();
    mosquitto_disconnect_v5_callback_set(client_, nullptr);
    mosquitto_destroy(client_);
}

void MosquittoSession::take_turn() {
    tls_.take_turn(ticket_, identity_.get());
}

void MosquittoSession::end_with(std::string reason) {
    if (!end_) end_ = std::move(reason);
}

// After some failures libmosquitto calls nobody.
void MosquittoSession::end_if(int result) {
    if (result != MOSQ_ERR_SUCCESS) end_with("");
}

void MosquittoSession::dial(const std::string& address, Identity identity) {
    if (!identity) return end_with(descriptor_shortage().value_or(identity.error()));
    identity_ = std::move(*identity);
    take_turn();
    const int result =
        mosquitto_connect_bind_async(client_, address.c_str(), config_.port,
                                     std::max(config_.keep_alive_s, kLeastKeepAliveS), nullptr);
    if (result != MOSQ_ERR_SUCCESS) end_with(descriptor_shortage().value_or(""));
    if (socket() >= 0) (void)::fcntl(socket(), F_SETFD, FD_CLOEXEC);  // libmosquitto forgets it
}

void MosquittoSession::serve(std::uint32_t epoll_events) {
    if (end_) return;
    take_turn();
    if (tls_is_shaking_hands(tls_of(client_))) return shake_hands(epoll_events);
    if ((epoll_events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) read_all();
    if ((epoll_events & EPOLLOUT) != 0 && !end_) end_if(mosquitto_loop_write(client_, 1));
    bytes_ = bytes();
}

// During the handshake loop_write does nothing, so loop_read serves both directions. It takes a
// dead socket for a slow one, and the loop would call it for ever.
void MosquittoSession::shake_hands(std::uint32_t epoll_events) {
    if ((epoll_events & (EPOLLHUP | EPOLLERR)) != 0 && (epoll_events & EPOLLIN) == 0)
        return end_with("");
    end_if(mosquitto_loop_read(client_, 1));
    if (end_ || tls_is_shaking_hands(tls_of(client_))) {
        if ((epoll_events & (EPOLLHUP | EPOLLERR)) != 0) end_with("");
        return;
    }
    identity_.reset();
    take_turn();
    end_if(mosquitto_loop_write(client_, 1));  // CONNECT waits for this
}

// loop_read may stop while TLS holds decrypted packets, of which the socket knows nothing: it takes
// an old errno of a full send buffer for a sign that nothing is left.
void MosquittoSession::read_all() {
    for (int reads = 0; reads < kMostReads && !end_; ++reads) {
        end_if(mosquitto_loop_read(client_, 1));
        if (!tls_has_pending(tls_of(client_))) return;
    }
}

void MosquittoSession::keep_alive() {
    if (end_ || !accepted_) return;
    take_turn();
    end_if(mosquitto_loop_misc(client_));
}

void MosquittoSession::subscribe(const std::vector<MqttSubscription>& wanted) {
    take_turn();
    for (const MqttSubscription& each : wanted)
        if (!end_)
            end_if(mosquitto_subscribe_v5(client_, nullptr, each.filter.c_str(), 1,
                                          options_of(each), nullptr));
}

bool MosquittoSession::publish(std::uint64_t number, std::string_view topic, ByteView payload,
                               bool retain) {
    if (end_) return false;
    take_turn();
    int id = 0;
    const int result =
        mosquitto_publish_v5(client_, &id, std::string(topic).c_str(),
                             static_cast<int>(payload.size()), payload.data(), 1, retain, nullptr);
    if (result == MOSQ_ERR_OVERSIZE_PACKET) {
        events_.acknowledged(number, MQTT_RC_PACKET_TOO_LARGE);
        return true;
    }
    end_if(result);
    if (end_) return false;
    in_flight_.emplace_back(id, number);
    return true;
}

void MosquittoSession::hang_up() {
    take_turn();
    end_if(mosquitto_disconnect_v5(client_, 0, nullptr));
}

int MosquittoSession::socket() const {
    return mosquitto_socket(client_);
}

std::uint32_t MosquittoSession::wanted() const {
    ssl_st* const tls = tls_of(client_);
    if (tls_is_shaking_hands(tls)) return tls_wants_to_write(tls) ? EPOLLOUT : EPOLLIN;
    return EPOLLIN | (mosquitto_want_write(client_) ? EPOLLOUT : 0U);
}

TlsBytes MosquittoSession::bytes() const {
    return end_ || socket() < 0 ? bytes_ : tls_bytes(tls_of(client_));
}

}  // namespace fairfeed

// Stands before the function of libc, also for libmosquitto.
extern "C" int socketpair(int domain, int type, int protocol, int* pair) noexcept {
    if (fairfeed::NoSocketPairs::refused) {
        errno = EMFILE;
        return -1;
    }
    return static_cast<int>(::syscall(SYS_socketpair, domain, type, protocol, pair));
}
