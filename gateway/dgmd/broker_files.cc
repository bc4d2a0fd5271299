#include "gateway/dgmd/broker_files.h"

#include <algorithm>

#include "core/wire/topics.h"
#include "gateway/dgmd/key_store.h"

namespace fairfeed {
namespace {

// Bytes: ten thousand readings with as much again; and enough for all peers together.
constexpr std::size_t kLeastQueue = 33'554'432;
constexpr std::size_t kLeastMemory = 268'435'456;
constexpr std::size_t kQueuedMessages = 4;  // of the largest size
constexpr std::size_t kHeldMessages = 16;

}  // namespace

std::string mosquitto_conf(const LabNode& node, const std::filesystem::path& directory,
                           const std::string& user, std::size_t max_message) {
    const auto file = [&directory](std::string_view part, std::string_view name) {
        return (directory / part / name).string() + "\n";
    };
    return "# Mosquitto of node " + node.id.str() +
           ". Made by `gateway provision`; a new node means new files and SIGHUP.\n"
           "per_listener_settings false\n"
           "user " +
           user + "\nlistener " + std::to_string(node.port) + " " + node.listen +
           "\nmax_connections 10100\n" + "cafile " + file("broker", layout::kAuthorityCertificate) +
           "certfile " + file("broker", layout::kTlsCertificate) + "keyfile " +
           file("broker", layout::kTlsKey) +
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
           "max_queued_messages 100000\n"
           "max_queued_bytes " +
           std::to_string(std::max(kLeastQueue, kQueuedMessages * max_message)) +
           "\n"
           "memory_limit " +
           std::to_string(std::max(kLeastMemory, kHeldMessages * max_message)) +
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
    peers.push_back(dgmd_id());
    return broker_acl(lab.parameters.name, node.id, peers);
}

}  // namespace fairfeed
