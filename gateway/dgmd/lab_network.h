// The description of a network before it exists (config/lab.yaml): the places of nodes, the parent
// of each cluster, the meters and their energy. Plain values, already checked against each other by
// lab_file.h. Contains no keys and no results of the allocation rule.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/ids.h"
#include "core/model/network.h"
#include "core/model/transaction.h"

namespace fairfeed {

struct LabNode {
    NodeId id;
    Location location;
    std::string address;  // where others reach its broker: a name, IPv4 or IPv6
    std::string listen;   // what its broker binds to; usually the address
    std::uint16_t port = 0;
    std::optional<std::uint16_t> metrics_port;  // of the node itself, on its loopback
};

struct LabCluster {
    ClusterId id;
    NodeId parent;
    Location location;
};

struct LabMeter {
    MeterId id;
    ClusterId cluster;
    std::int64_t capacity_w = 0;  // certified; 0: a consumer
    std::string service_point;
    ConnectionRating rating;
    Registers installed;               // its registers before the first window
    std::optional<std::int64_t> pv_w;  // with a seed only; absent: the capacity
    std::string home;                  // with a recording only
};

// Officers and inspectors of the utility, ascending by name, and how many officers must approve.
struct LabOffice {
    std::uint32_t threshold = 2;
    std::vector<NodeId> officers{NodeId("officer-1"), NodeId("officer-2"), NodeId("officer-3")};
    std::vector<NodeId> inspectors{NodeId("inspector-1")};
};

// Exactly one of seed and homes.
struct MeterSource {
    std::optional<std::int64_t> seed;
    std::optional<std::int64_t> latitude_deg;  // with a seed only
    std::filesystem::path homes;               // absolute; empty: none
    Digest homes_digest;                       // of the file at the time of reading
    std::int64_t homes_quarters = 0;
};

struct LabNetwork {
    NetworkParameters parameters;  // without real_epoch_ms: see parameters_at()
    std::optional<std::int64_t> starts_at_ms;
    std::int64_t starts_in_s = 0;  // where starts_at_ms is absent
    bool operator_clock = false;   // nodes trust their machine's clock
    bool in_place = false;         // runs where it was provisioned, not as `services`
    Tariff tariff;
    LabOffice office;
    MeterSource source;
    std::vector<LabNode> nodes;
    std::optional<LabNode> gateway;          // the broker of DGMD; it stands nowhere on the site
    std::optional<std::uint16_t> http_port;  // of the office's API, at the gateway's address
    std::vector<LabCluster> clusters;
    std::vector<LabMeter> meters;

    [[nodiscard]] NetworkParameters parameters_at(std::int64_t now_ms) const {
        NetworkParameters dated = parameters;
        dated.real_epoch_ms = starts_at_ms.value_or(now_ms + starts_in_s * 1000);
        return dated;
    }
};

// The directories that the units of systemd/ use (docs/operations.md).
namespace services {
constexpr std::string_view kConfiguration = "/etc/fairfeed";
constexpr std::string_view kNodeState = "/var/lib/fairfeed";
constexpr std::string_view kGatewayState = "/var/lib/fairfeed-gateway";
constexpr std::string_view kMeterState = "/var/lib/fairfeed-meters";
constexpr std::string_view kBrokerAccount = "mosquitto";
}  // namespace services

// The utility's own name on its network: no node and no meter may have it.
[[nodiscard]] inline NodeId dgmd_id() {
    return NodeId("dgmd");
}

}  // namespace fairfeed
