// What MqttClient hands to Paho and gets back from it: options, listeners, reasons. Paho's traps
// are met here (docs/architecture.md); nothing else of the house sees its types.
#pragma once

#include <mqtt/async_client.h>

#include <cstdint>
#include <functional>
#include <string>

#include "core/io/mqtt_client.h"

namespace fairfeed::paho {

// A client is made with some URI, and each connect brings its own.
constexpr const char* kAnyUri = "mqtts://[::1]:1";

// What a listener gets back: a number of ours, carried where Paho carries a pointer.
[[nodiscard]] void* to_context(std::uint64_t number);
[[nodiscard]] std::uint64_t number_of(const mqtt::token& token);

// Why an action failed; empty where Paho says no more than that it did.
[[nodiscard]] std::string reason_of(const mqtt::token& token);

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

[[nodiscard]] mqtt::create_options create_options_for(const MqttConfig& config);
// `uri` holds an address: Paho would look a name up on the one thread that serves all clients, and
// take one of its addresses. `ticket`: of the TlsTicket by which the name is checked nonetheless.
[[nodiscard]] mqtt::connect_options connect_options_for(const MqttConfig& config,
                                                        const std::string& uri,
                                                        const std::string& ticket);

}  // namespace fairfeed::paho
