// MosquittoSession: one connection of libmosquitto, from dialling to its end, driven by an epoll
// loop of ours. Wraps the traps of libmosquitto 2.0.11, which mosquitto_session.cc names; no other
// file sees its types. A session is used once: the next attempt takes a new one, because
// libmosquitto would send again what our outbox sends again. Owned and called by one thread; its
// events come inside its calls.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/bytes.h"
#include "core/crypto/tls_clients.h"
#include "core/io/mqtt_config.h"

struct mosquitto;

namespace fairfeed {

// What a session reports. The calls must not destroy the session or use it.
class MosquittoEvents {
  public:
    virtual ~MosquittoEvents() = default;
    virtual void accepted() = 0;  // CONNACK: the broker has taken this client
    virtual void subscribed(bool granted) = 0;
    virtual void acknowledged(std::uint64_t number, int reason_code) = 0;
    virtual void arrived(std::string_view topic, ByteView payload, bool retained) = 0;
};

class MosquittoSession {
  public:
    // `ticket` and `tls` outlive the session.
    MosquittoSession(const MqttConfig& config, TlsClients& tls, const std::string& ticket,
                     MosquittoEvents& events);
    ~MosquittoSession();
    MosquittoSession(const MosquittoSession&) = delete;
    MosquittoSession& operator=(const MosquittoSession&) = delete;

    // The identity, or why there is none.
    using Identity = Result<std::shared_ptr<const TlsCredentials>, std::string>;
    // Starts to dial; does not wait. `address` is numeric.
    void dial(const std::string& address, Identity identity);
    void serve(std::uint32_t epoll_events);
    void keep_alive();  // sends a ping if it is due; call it every second or so
    void subscribe(const std::vector<MqttSubscription>& wanted);
    // `number` comes back with the acknowledgement. false: not sent; the connection
    // is over.
    [[nodiscard]] bool publish(std::uint64_t number, std::string_view topic, ByteView payload,
                               bool retain);
    void hang_up();

    // -1: no socket.
    [[nodiscard]] int socket() const;
    // The events to wait for at the socket.
    [[nodiscard]] std::uint32_t wanted() const;
    // Why the connection is over, in words for a person, perhaps empty; nullopt: it is not.
    [[nodiscard]] const std::optional<std::string>& end() const { return end_; }
    [[nodiscard]] TlsBytes bytes() const;

  private:
    struct Callbacks;
    void take_turn();
    void shake_hands(std::uint32_t epoll_events);
    void read_all();
    void end_if(int result);
    void end_with(std::string reason);

    const MqttConfig& config_;
    TlsClients& tls_;
    const std::string& ticket_;
    MosquittoEvents& events_;
    std::shared_ptr<const TlsCredentials> identity_;  // until the handshake is over
    ::mosquitto* client_;
    std::vector<std::pair<int, std::uint64_t>> in_flight_;  // libmosquitto's id, ours
    std::optional<std::string> end_;
    bool accepted_ = false;
    TlsBytes bytes_;  // when the connection ended
};

}  // namespace fairfeed
