// The configuration file of meter-sim (config/meter-sim.yaml describes every key). Relative paths
// start at the file's directory. The parameters of the network are in genesis.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/io/log.h"
#include "core/model/network.h"
#include "meter-sim/link_model.h"

namespace fairfeed {

// The directory name of the meters' status file, as in their unit, for default_status_file().
constexpr std::string_view kMetersRuntimeName = "fairfeed-meters";

struct BrokerPlace {
    NodeId node;  // the broker's owner
    std::string host;
    std::uint16_t port = 0;
};

struct SimMeter {
    MeterId id;
    std::filesystem::path signing_key;
    std::vector<std::filesystem::path> data_keys;  // of key epochs 1, 2, ...
    std::filesystem::path tls_key;
    std::filesystem::path tls_certificate;
    std::string home;                  // with a recording
    std::optional<std::int64_t> pv_w;  // with the model; absent: its certified capacity
};

struct SimConfig {
    std::filesystem::path genesis;
    std::vector<std::filesystem::path> notices;  // DGMD's after genesis, in the chain's order
    std::filesystem::path outbox;
    std::filesystem::path status_file;  // empty: none
    LogLevel log_level = LogLevel::info;
    std::optional<std::int64_t> publish_spread_ms;  // absent: default_spread_ms()
    std::filesystem::path ca_certificate;
    std::vector<BrokerPlace> brokers;
    std::filesystem::path homes;         // empty: the built-in model
    std::optional<Digest> homes_digest;  // of the recording with which the network was made
    std::uint64_t seed = 0;
    std::int64_t latitude_deg = 50;
    LinkSettings link;
    std::vector<SimMeter> meters;
};

// Real milliseconds after a window's end over which the meters of a fleet spread their first
// publishes: 2 % of the window, at most a minute, at most a quarter of the time for which a
// committee waits before it estimates.
[[nodiscard]] std::int64_t default_spread_ms(const NetworkParameters& parameters);

// Reports all errors at once, one line each: file:line:column: what is wrong.
[[nodiscard]] Result<SimConfig, std::vector<std::string>> load_sim_config(
    const std::filesystem::path& file);

}  // namespace fairfeed
