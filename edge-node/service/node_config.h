// The configuration file of an edge node (config/edge-node.yaml describes every key). Paths are
// relative to the file. The parameters of the network are in genesis, not here.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/io/clock.h"
#include "edge-node/storage/data_directory.h"

namespace fairfeed {

struct BrokerAddress {
    NodeId node;  // the broker's owner
    std::string host;
    std::uint16_t port = 0;
};

struct NodeConfig : DataDirectory {
    NodeId node;
    std::filesystem::path genesis;
    std::filesystem::path signing_key;
    std::filesystem::path agreement_key;
    std::filesystem::path tls_key;
    std::filesystem::path tls_certificate;
    std::filesystem::path ca_certificate;
    BrokerAddress broker;                       // its own
    std::vector<BrokerAddress> peers;           // the brokers of the other nodes
    std::optional<BrokerAddress> gateway;       // the utility's, whose name is in genesis
    std::optional<std::uint16_t> metrics_port;  // on 127.0.0.1; nullopt: no metrics
    std::filesystem::path status_file;          // empty: in the runtime directory, see below
    std::string log_level;                      // debug, info, warning, error
    ClockTrust clock = ClockTrust::kernel;      // the authority for real time (R20)
};

// The directory name of a node's status file, as in its unit, for default_status_file().
[[nodiscard]] inline std::string runtime_name(const NodeId& node) {
    return "fairfeed/" + node.str();
}

// Reports all errors at once, one line each: file:line:column: what, and what to do.
[[nodiscard]] Result<NodeConfig, std::vector<std::string>> load_node_config(
    const std::filesystem::path& file);

}  // namespace fairfeed
