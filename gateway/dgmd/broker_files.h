// Configuration of each node's own Mosquitto, and of the gateway's (tried on 2.0.11;
// config/mosquitto/ explains every line): mutual TLS, the certificate's CN as user and client id,
// the ACL of protocol 7. Text only.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "gateway/dgmd/lab_network.h"

namespace fairfeed {

// What a broker must carry. Its limits are at least those for ten thousand meters.
struct BrokerLoad {
    std::size_t max_message = 0;  // bytes of the network's largest message (core/model/network.h),
                                  // which the queues must hold several times
    std::size_t meters = 0;       // that connect to it: NetworkPlan::meters_at
};

// `directory` is the broker's, absolute, because Mosquitto resolves relative
// paths from its working directory. `user` is Mosquitto's account when root starts it: the account
// must be able to read the keys.
[[nodiscard]] std::string mosquitto_conf(const LabNode& node,
                                         const std::filesystem::path& directory,
                                         const std::string& user, const BrokerLoad& load);

// The ACL of this node's broker, for meters, the node, its peers and DGMD.
[[nodiscard]] std::string mosquitto_acl(const LabNetwork& lab, const LabNode& node);
// The ACL of the gateway's broker: it publishes, and nodes read.
[[nodiscard]] std::string gateway_acl(const LabNetwork& lab);

}  // namespace fairfeed
