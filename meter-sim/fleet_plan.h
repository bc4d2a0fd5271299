// Turns a configuration into meters that can run: reads genesis, the recording and the keys, and
// matches each meter with its registration. Reports all errors at once, one line each.
#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/io/mqtt_config.h"
#include "core/io/mqtt_shards.h"
#include "meter-sim/meter.h"
#include "meter-sim/sim_config.h"

namespace fairfeed {

struct PlannedMeter {
    MeterSetup setup;
    std::filesystem::path signing_key;  // overwritten when its seal breaks
    std::filesystem::path tls_key;
    std::filesystem::path tls_certificate;
    std::vector<BrokerPlace> brokers;  // its committee's, the parent's first
};

struct FleetPlan {
    Digest network;
    NetworkParameters parameters;
    std::vector<PlannedMeter> meters;
    std::string notice;  // information for the operator; empty: none
};

// The connection of a meter to one of its brokers, with the meter's own identity.
[[nodiscard]] MqttConfig line_config(const PlannedMeter& planned, const BrokerPlace& broker,
                                     const std::filesystem::path& ca_certificate);

// This program as the carrier of lines that are too many for one process.
[[nodiscard]] LineCarrierCommand line_carrier();
[[nodiscard]] std::size_t connections_of(const FleetPlan& plan);

[[nodiscard]] Result<FleetPlan, std::vector<std::string>> plan_fleet(const SimConfig& config);

// Certificates that are not yet or no longer valid, and those with less than thirty days left.
struct CertificateTimes {
    std::vector<std::string> of_time;
    std::vector<std::string> soon;
};
[[nodiscard]] CertificateTimes certificate_times(const SimConfig& config, std::int64_t now_s);

}  // namespace fairfeed
