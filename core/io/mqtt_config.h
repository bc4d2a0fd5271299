// The configuration of an MqttClient: broker, identity, files, timeouts. Plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/io/mqtt_dial_plan.h"

namespace fairfeed {

// MQTT 5, 3.8.3.1: whether the broker sends retained messages at (re)subscribe.
enum class RetainHandling { send = 0, send_if_new = 1, never = 2 };

struct MqttSubscription {
    std::string filter;
    RetainHandling retained = RetainHandling::send;
};

struct MqttConfig {
    std::string host;  // name or address; the broker's certificate must name it
    std::uint16_t port = 0;
    std::string client_id;  // the name in the certificate
    std::filesystem::path ca_file;
    std::filesystem::path certificate_file;
    std::filesystem::path key_file;
    std::vector<MqttSubscription> subscriptions;
    // A machine that lost power sends no goodbye. A client that only listens notices at the next
    // ping: within this time if the machine is back, within twice this time if it is not.
    int keep_alive_s = 3;
    int connect_timeout_s = 5;
    std::int64_t redial_min_ms = 200;  // doubled after every failure, up to
    std::int64_t redial_max_ms = 2000;
    std::size_t max_in_flight = 32;   // sent and not acknowledged
    std::size_t max_buffered = 1000;  // accepted and not acknowledged, in flight included
};

// The time limit of each step. Paho itself waits half of hang_up_ms for a disconnect.
[[nodiscard]] MqttPatience patience_of(const MqttConfig& config);

// The first fault of the files or of their dates, with file and remedy; empty: none.
[[nodiscard]] std::string fault_of_files(const MqttConfig& config);

}  // namespace fairfeed
