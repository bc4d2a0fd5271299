// MqttLines: the connections of many identities to their brokers, each with its own certificate,
// over MQTT 5 and mutual TLS, QoS 1. A line keeps the promises of an MqttClient: it redials for
// ever with back-off, subscribes again at every connect, and keeps each message until the broker
// acknowledged it. For programs that play thousands of devices; a device or a node with a few
// connections takes MqttClient. Lines are numbered from 0 in the order of their configurations.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

#include "core/base/bytes.h"

namespace fairfeed {

// Called on a thread of the lines: they may only post or call publish(), and must not wait. None of
// them runs once the destructor of the lines has returned.
struct MqttLineHandlers {
    // `retained`: stored by the broker before this connection subscribed.
    std::function<void(std::size_t line, std::string_view topic, ByteView payload, bool retained)>
        on_message;
    // true: connected, and every subscription acknowledged. false: lost or not reachable; once per
    // change, with the reason for a person.
    std::function<void(std::size_t line, bool connected, std::string_view reason)> on_connection;
    // The broker refused this publish (an MQTT 5 reason code >= 0x80).
    std::function<void(std::size_t line, std::string_view topic, int reason_code)> on_denied;
};

// Of all lines together, since the start.
struct MqttLineCounts {
    std::uint64_t accepted = 0;      // publish() returned true
    std::uint64_t refused = 0;       // publish() returned false: the line's buffer is full
    std::uint64_t acknowledged = 0;  // by a broker
    std::uint64_t denied = 0;        // by a broker
    std::uint64_t received = 0;
    std::uint64_t connects = 0;
    std::uint64_t up = 0;              // lines connected now
    std::uint64_t bytes_sent = 0;      // TLS records, handshakes included; without TCP headers
    std::uint64_t bytes_received = 0;  // the same
};

// Bytes of MQTT packets on one line since the start, headers, topics and acknowledgements included;
// without TLS and TCP.
struct MqttTraffic {
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
    bool operator==(const MqttTraffic&) const = default;
};

class MqttLines {
  public:
    virtual ~MqttLines() = default;
    // Never blocks. false: this line's buffer is full and the message is dropped; callers send
    // again what still matters. Any thread.
    [[nodiscard]] virtual bool publish(std::size_t line, std::string_view topic,
                                       ByteView payload) = 0;
    // A line that is cut loses its connection without a goodbye, and does not dial until it is
    // mended: for outages that are played. Cutting a cut line changes nothing. Any thread.
    virtual void cut(std::size_t line, bool is_cut) = 0;
    // At most a second old. Any thread.
    [[nodiscard]] virtual MqttLineCounts counts() const = 0;
    [[nodiscard]] virtual MqttTraffic traffic(std::size_t line) const = 0;
};

}  // namespace fairfeed
