// Listener: an MqttClient of a test broker that records its events, in order, as lines.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/io/clock.h"
#include "core/io/event_queue.h"
#include "core/io/mqtt_client.h"
#include "tests/support/broker.h"

namespace fairfeed::testing_support {

class Listener {
  public:
    static constexpr std::int64_t kPatienceMs = 15'000;

    Listener(MqttDialer& dialer, const Broker& broker, const ClientFiles& files)
        : client_(std::make_unique<MqttClient>(
              dialer, config(broker, files.certificate.stem(), files, {}, "127.0.0.1", 0),
              handlers())) {}
    Listener(MqttDialer& dialer, const Broker& broker, const std::string& name,
             std::vector<MqttSubscription> subscriptions, const std::string& host = "127.0.0.1",
             std::uint16_t port = 0)
        : client_(std::make_unique<MqttClient>(
              dialer,
              config(broker, name, broker.issue(name), std::move(subscriptions), host, port),
              handlers())) {}

    // Discards lines up to the one that contains `part`, and returns that line; empty when the time
    // is up.
    std::string await(const std::string& part) {
        const std::int64_t until_ms = clock_.now().steady_ms + kPatienceMs;
        while (clock_.now().steady_ms < until_ms) {
            for (const std::string& line : heard_.pop_batch(1, 200))
                if (line.find(part) != std::string::npos) return line;
        }
        return "";
    }
    MqttClient& operator*() { return *client_; }
    MqttClient* operator->() { return client_.get(); }
    void close() { client_.reset(); }
    bool say(std::string_view topic, std::string_view text, bool retain = false) {
        return client_->publish(topic, as_bytes(text), retain);
    }
    std::size_t unread() const { return heard_.size(); }

  private:
    static MqttConfig config(const Broker& broker, const std::string& name,
                             const ClientFiles& files, std::vector<MqttSubscription> subscriptions,
                             const std::string& host, std::uint16_t port) {
        MqttConfig config;
        config.host = host;
        config.port = port == 0 ? broker.port() : port;
        config.client_id = name;
        config.ca_file = broker.ca_file();
        config.certificate_file = files.certificate;
        config.key_file = files.key;
        config.subscriptions = std::move(subscriptions);
        config.redial_min_ms = 20;
        config.redial_max_ms = 200;
        return config;
    }
    MqttHandlers handlers() {
        MqttHandlers handlers;
        handlers.on_message = [this](std::string_view topic, ByteView bytes, bool retained) {
            heard_.push_always("message " + std::string(topic) + " " + std::string(as_text(bytes)) +
                               (retained ? " retained" : ""));
        };
        handlers.on_connection = [this](bool connected, std::string_view reason) {
            heard_.push_always((connected ? "connected" : "disconnected ") + std::string(reason));
        };
        handlers.on_denied = [this](std::string_view topic, int code) {
            heard_.push_always("denied " + std::string(topic) + " " + std::to_string(code));
        };
        return handlers;
    }

    Clock clock_;
    EventQueue<std::string> heard_{1};
    std::unique_ptr<MqttClient> client_;
};

}  // namespace fairfeed::testing_support
