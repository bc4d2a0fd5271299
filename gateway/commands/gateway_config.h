// The configuration of the office's commands (config/gateway.yaml describes every key). Paths are
// relative to the file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/ids.h"
#include "core/base/result.h"

namespace fairfeed {

struct NodeBroker {
    NodeId node;  // the broker's owner
    std::string host;
    std::uint16_t port = 0;
};

struct GatewayConfig {
    std::filesystem::path genesis;
    std::filesystem::path ledger;  // empty: none
    std::filesystem::path drafts;  // a directory
    std::filesystem::path signing_key;
    std::filesystem::path tls_key;
    std::filesystem::path tls_certificate;
    std::filesystem::path ca_certificate;
    std::vector<NodeBroker> nodes;
};

// Reports all errors at once, one line each: file:line:column: what, and what to do.
[[nodiscard]] Result<GatewayConfig, std::vector<std::string>> load_gateway_config(
    const std::filesystem::path& file);

}  // namespace fairfeed
