// Conversions between MqttClient and Paho: options, listeners, reasons. Paho's pitfalls are handled
// here (docs/architecture.md); no other file sees Paho's types.
#pragma once

#include <mqtt/async_client.h>

#include <cstdint>
#include <functional>
#include <string>

#include "core/io/mqtt_config.h"

namespace fairfeed::paho {

// Paho wants a URI at construction; each connect passes the real one.
constexpr const char* kAnyUri = "mqtts://[::1]:1";

// Paho passes this pointer back to a listener; it carries one of our numbers.
[[nodiscard]] void* to_context(std::uint64_t number);
[[nodiscard]] std::uint64_t number_of(const mqtt::token& token);

// Why an action failed; empty if Paho gives no reason.
[[nodiscard]] std::string reason_of(const mqtt::token& token);

// Adapts the two virtual calls of a Paho action to one function.
class Completion final : public virtual mqtt::iaction_listener {
  public:
    using Done = std::function<void(const mqtt::token&, bool succeeded)>;
    explicit Completion(Done done) : done_(std::move(done)) {}
    void on_success(const mqtt::token& token) override { done_(token, true); }
    void on_failure(const mqtt::token& token) override { done_(token, false); }

  private:
    Done done_;
};

[[nodiscard]] mqtt::create_options create_options_for(const MqttConfig& config);
// `uri` must hold an address. Paho would resolve a name on the one thread that serves all clients,
// and use only one of its addresses. `ticket`: the TlsTicket by which TLS still checks the name.
[[nodiscard]] mqtt::connect_options connect_options_for(const MqttConfig& config,
                                                        const std::string& uri,
                                                        const std::string& ticket);

}  // namespace fairfeed::paho
