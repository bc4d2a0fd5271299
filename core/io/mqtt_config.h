// What an MqttClient is told: where, who, which files, how patiently. Plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/io/mqtt_dial_plan.h"

namespace fairfeed {

// MQTT 5, 3.8.3.1: whether the broker's retained messages come at (re)subscribe.
enum class RetainHandling { send = 0, send_if_new = 1, never = 2 };

struct MqttSubscription {
    std::string filter;
    RetainHandling retained = RetainHandling::send;
};

struct MqttConfig {
    std::string host;  // name or address; the broker's certificate must be for it
    std::uint16_t port = 0;
    std::string client_id;  // the name in the certificate
    std::filesystem::path ca_file;
    std::filesystem::path certificate_file;
    std::filesystem::path key_file;
    std::vector<MqttSubscription> subscriptions;
    // A machine that lost power says no goodbye, and who only listens to its broker notices at the
    // next ping: within this time when it is back, within twice this time when it is not.
    int keep_alive_s = 3;
    int connect_timeout_s = 5;
    std::int64_t redial_min_ms = 200;  // doubled after every failure, up to
    std::int64_t redial_max_ms = 2000;
    std::size_t max_in_flight = 32;   // sent and not acknowledged
    std::size_t max_buffered = 1000;  // accepted and not acknowledged, in flight included
};

// How long each step may take; a disconnect is waited for half of hang_up_ms by Paho itself.
[[nodiscard]] MqttPatience patience_of(const MqttConfig& config);

// The first thing that is wrong with the files or their dates, with file and remedy; empty:
// nothing.
[[nodiscard]] std::string fault_of_files(const MqttConfig& config);

}  // namespace fairfeed
