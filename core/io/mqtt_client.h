// MqttClient: one identity's connection to one broker, over MQTT 5 and mutual TLS. The
// client redials for ever with back-off, subscribes again at every connect, and keeps each message
// until the broker acknowledged it (QoS 1; see Delivery) or the client is destroyed. An
// acknowledgement means only that the broker has the message. MqttDialer is the one thread that
// times redials for all the clients of a process; create it first. Handlers run on Paho's or the
// dialer's thread: they may only post (EventQueue) or call publish(), must not wait and must not
// destroy a client. No handler runs once the client's destructor has returned. Ignore SIGPIPE
// (SignalWatch does).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/crypto/tls_peers.h"
#include "core/io/mqtt_config.h"
#include "core/io/mqtt_dialer.h"
#include "core/io/mqtt_outbox.h"

namespace fairfeed {

struct MqttHandlers {
    // `retained` is the message's retain flag: true only for stored messages at subscribe.
    std::function<void(std::string_view topic, ByteView payload, bool retained)> on_message;
    // true: connected and subscriptions sent. false: lost or not reachable; called once per change,
    // with the reason for a person.
    std::function<void(bool connected, std::string_view reason)> on_connection;
    // The broker refused this publish (0x87 Not authorized, or another MQTT 5 reason code >= 0x80).
    std::function<void(std::string_view topic, int reason_code)> on_denied;
};

struct MqttCounts {
    std::uint64_t accepted = 0;      // publish() returned true
    std::uint64_t refused = 0;       // publish() returned false: buffer full
    std::uint64_t acknowledged = 0;  // by the broker
    std::uint64_t denied = 0;        // by the broker
    std::uint64_t received = 0;
    std::uint64_t connects = 0;
};

class MqttLink;  // the connection: outlives the client until its callbacks have ended

class MqttClient {
  public:
    // Starts dialling at once. A broker that is not running yet is no error.
    MqttClient(MqttDialer& dialer, MqttConfig config, MqttHandlers handlers);
    ~MqttClient();  // disconnects; takes at most one second
    MqttClient(const MqttClient&) = delete;
    MqttClient& operator=(const MqttClient&) = delete;

    // Never blocks, never waits for the broker. false: the buffer is full and the message is
    // dropped; callers send again what still matters. Any thread.
    [[nodiscard]] bool publish(std::string_view topic, ByteView payload, bool retain,
                               Delivery delivery = Delivery::acknowledged);
    // Starts the disconnect without waiting, so that many clients can close in parallel.
    void start_close();

    [[nodiscard]] bool is_connected() const;
    [[nodiscard]] std::size_t buffered() const;  // accepted and not acknowledged
    [[nodiscard]] MqttCounts counts() const;
    // The result of TLS at the last attempt.
    [[nodiscard]] TlsReport tls_report() const;

  private:
    std::shared_ptr<MqttLink> link_;
};

}  // namespace fairfeed
