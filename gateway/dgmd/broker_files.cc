#include "gateway/dgmd/broker_files.h"

#include <algorithm>

#include "core/wire/office_topics.h"
#include "core/wire/topics.h"
#include "gateway/dgmd/key_store.h"

namespace fairfeed {
namespace {

constexpr std::size_t kLeastMeters = 10'000;
constexpr std::size_t kOtherConnections = 100;  // the node, its peers, the gateway, a listener
constexpr std::size_t kMessagesPerMeter = 10;
// Bytes: ten thousand readings of 1 KiB with as much again; and eight such queues for all peers
// together.
constexpr std::size_t kLeastQueue = 33'554'432;
constexpr std::size_t kQueues = 8;
constexpr std::size_t kQueuedMessages = 4;  // of the largest size
constexpr std::size_t kHeldMessages = 16;

struct BrokerLimits {
    std::size_t connections;
    std::size_t queued_messages;
    std::size_t queued_bytes;
    std::size_t memory;
};

BrokerLimits limits_for(const BrokerLoad& load) {
    // A tenth more for meters that come later.
    const std::size_t meters = std::max(kLeastMeters, load.meters + load.meters / 10);
    const std::size_t queue = kLeastQueue * meters / kLeastMeters;
    return {meters + kOtherConnections, meters * kMessagesPerMeter,
            std::max(queue, kQueuedMessages * load.max_message),
            std::max(kQueues * queue, kHeldMessages * load.max_message)};
}

}  // namespace

std::string mosquitto_conf(const LabNode& node, const std::filesystem::path& directory,
                           const std::string& user, const BrokerLoad& load) {
    const BrokerLimits limits = limits_for(load);
    const auto file = [&directory](std::string_view part, std::string_view name) {
        return (directory / part / name).string() + "\n";
    };
    return "# Mosquitto of " + node.id.str() +
           ". Made by `gateway provision`; a new node means new files and SIGHUP.\n"
           "per_listener_settings false\n"
           "user " +
           user + "\nlistener " + std::to_string(node.port) + " " + node.listen +
           "\nmax_connections " + std::to_string(limits.connections) + "\ncafile " +
           file("broker", layout::kAuthorityCertificate) + "certfile " +
           file("broker", layout::kTlsCertificate) + "keyfile " + file("broker", layout::kTlsKey) +
           "tls_version tlsv1.2\n"
           "ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305\n"
           "ciphers_tls1.3 TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256\n"
           "require_certificate true\n"
           "use_identity_as_username true\n"
           "use_username_as_clientid true\n"
           "max_qos 1\n"
           "allow_anonymous false\n"
           "allow_zero_length_clientid false\n"
           "acl_file " +
           file("", "acl") +
           "check_retain_source true\n"
           "persistence false\n"
           "max_packet_size 65536\n"
           "max_inflight_messages 1000\n"
           "max_queued_messages " +
           std::to_string(limits.queued_messages) + "\nmax_queued_bytes " +
           std::to_string(limits.queued_bytes) + "\nmemory_limit " + std::to_string(limits.memory) +
           "\n"
           "queue_qos0_messages false\n"
           "set_tcp_nodelay true\n"
           "sys_interval 60\n"
           "connection_messages true\n"
           "log_dest stderr\n"
           "log_timestamp_format %Y-%m-%dT%H:%M:%S\n"
           "log_type error\n"
           "log_type warning\n"
           "log_type notice\n";
}

std::string mosquitto_acl(const LabNetwork& lab, const LabNode& node) {
    std::vector<NodeId> peers;
    for (const LabNode& other : lab.nodes)
        if (other.id != node.id) peers.push_back(other.id);
    return broker_acl(lab.parameters.name, node.id, peers, dgmd_id());
}

std::string gateway_acl(const LabNetwork& lab) {
    std::vector<NodeId> nodes;
    for (const LabNode& node : lab.nodes)
        nodes.push_back(node.id);
    return office_acl(lab.parameters.name, dgmd_id(), nodes);
}

}  // namespace fairfeed
