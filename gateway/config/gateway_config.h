// The configuration of the office: of `gateway serve` and of the commands beside it
// (config/gateway.yaml describes every key). Paths are relative to the file. The parameters of the
// network are in genesis, not here.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "gateway/readmodel/read_model.h"

namespace fairfeed {

struct DialPlace {
    std::string host;
    std::uint16_t port = 0;
};

struct NodeBroker : DialPlace {
    NodeId node;  // the broker's owner
};

// Where the office's API listens.
struct HttpSettings {
    std::string host;  // an address
    std::uint16_t port = 0;
    std::filesystem::path tls_key;  // both empty: none, on loopback
    std::filesystem::path tls_certificate;
    std::vector<std::string> names;  // by which browsers may reach it, in lower case
};

// Keys that DGMD had, or will have, by a DGMD_KEYS.
struct OtherKeys {
    std::filesystem::path agreement;               // opens the data keys granted to it
    std::optional<std::filesystem::path> signing;  // of a coming pair
};

struct GatewayConfig {
    std::filesystem::path genesis;
    std::filesystem::path ledger;    // the gateway's own, made by `gateway serve`; absolute
    DatabasePlace database;          // of the read model
    DatabasePlace records;           // what people write down: applications, work orders
    std::filesystem::path drafts;    // a directory
    std::filesystem::path audit;     // the audit log
    std::filesystem::path accounts;  // a database of its own
    std::filesystem::path signing_key;
    std::filesystem::path agreement_key;
    std::vector<OtherKeys> other_keys;
    std::filesystem::path tls_key;
    std::filesystem::path tls_certificate;
    std::filesystem::path ca_certificate;
    std::filesystem::path codes_key;  // seals capacity codes; made when it is first needed
    std::optional<DialPlace> broker;  // its own; nullopt: the network was provisioned without
    std::vector<NodeBroker> nodes;
    std::optional<HttpSettings> http;   // nullopt: no API
    std::filesystem::path status_file;  // empty: in the runtime directory, see below
    std::string log_level;              // debug, info, warning, error
};

// The directory name of the gateway's status file, as in its unit, for default_status_file().
constexpr std::string_view kGatewayRuntimeName = "fairfeed-gateway";

// Where a reader finds the status of the service.
[[nodiscard]] std::filesystem::path status_file_of(const GatewayConfig& config);

// Reports all errors at once, one line each: file:line:column: what, and what to do.
[[nodiscard]] Result<GatewayConfig, std::vector<std::string>> load_gateway_config(
    const std::filesystem::path& file);

}  // namespace fairfeed
