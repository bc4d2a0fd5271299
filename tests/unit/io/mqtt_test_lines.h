// The lines of an MqttMultiplexer under test, at a real broker. Tests only.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/io/clock.h"
#include "core/io/event_queue.h"
#include "core/io/mqtt_multiplexer.h"
#include "tests/support/broker.h"

namespace fairfeed::testing_support {

inline MqttConfig config_for(const Broker& broker, const std::string& name,
                             const ClientFiles& files,
                             std::vector<MqttSubscription> subscriptions = {}) {
    MqttConfig config;
    config.host = "127.0.0.1";
    config.port = broker.port();
    config.client_id = name;
    config.ca_file = broker.ca_file();
    config.certificate_file = files.certificate;
    config.key_file = files.key;
    config.subscriptions = std::move(subscriptions);
    config.redial_min_ms = 20;
    config.redial_max_ms = 200;
    return config;
}

// The lines under test; records their events, each as a text that begins with the line's number.
class Lines {
  public:
    static constexpr std::int64_t kPatienceMs = 15'000;

    explicit Lines(std::vector<MqttConfig> configs)
        : lines_(std::make_unique<MqttMultiplexer>(std::move(configs), handlers())) {}
    Lines(const Broker& broker, const std::string& name,
          std::vector<MqttSubscription> subscriptions = {})
        : Lines({config_for(broker, name, broker.issue(name), std::move(subscriptions))}) {}

    // Discards events up to the one that contains `part`, and returns it; empty: the time is up.
    std::string await(const std::string& part) {
        const std::int64_t until_ms = clock_.now().steady_ms + kPatienceMs;
        while (clock_.now().steady_ms < until_ms)
            for (const std::string& event : heard_.pop_batch(1, 200))
                if (event.find(part) != std::string::npos) return event;
        return "";
    }
    bool say(std::string_view topic, std::string_view text, std::size_t line = 0) {
        return lines_->publish(line, topic, as_bytes(text));
    }
    void cut(std::size_t line, bool is_cut) { lines_->cut(line, is_cut); }
    MqttTraffic traffic(std::size_t line) const { return lines_->traffic(line); }
    MqttLineCounts counts() const { return lines_->counts(); }
    MqttLineCounts await_counts(const std::function<bool(const MqttLineCounts&)>& wanted) {
        const std::int64_t until_ms = clock_.now().steady_ms + kPatienceMs;
        while (!wanted(counts()) && clock_.now().steady_ms < until_ms)
            (void)heard_.pop_batch(1, 10);
        return counts();
    }
    void close() { lines_.reset(); }
    std::size_t unread() const { return heard_.size(); }

  private:
    MqttLineHandlers handlers() {
        MqttLineHandlers handlers;
        handlers.on_message = [this](std::size_t line, std::string_view topic, ByteView bytes,
                                     bool retained) {
            heard_.push_always(std::to_string(line) + " message " + std::string(topic) + " " +
                               std::string(as_text(bytes)) + (retained ? " retained" : ""));
        };
        handlers.on_connection = [this](std::size_t line, bool up, std::string_view reason) {
            heard_.push_always(std::to_string(line) + (up ? " connected" : " disconnected ") +
                               std::string(reason));
        };
        handlers.on_denied = [this](std::size_t line, std::string_view topic, int code) {
            heard_.push_always(std::to_string(line) + " denied " + std::string(topic) + " " +
                               std::to_string(code));
        };
        return handlers;
    }

    Clock clock_;
    EventQueue<std::string> heard_{1};
    std::unique_ptr<MqttMultiplexer> lines_;
};

}  // namespace fairfeed::testing_support
