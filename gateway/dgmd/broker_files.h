// Configuration of each node's own Mosquitto (tried on 2.0.11; config/mosquitto/ explains every
// line): mutual TLS, the certificate's CN as user and client id, the ACL of protocol 7. Text only.
#pragma once

#include <filesystem>
#include <string>

#include "gateway/dgmd/lab_network.h"

namespace fairfeed {

// `directory` is the node's, absolute: Mosquitto takes relative paths from where it was started.
// `user` is whom it runs as when started by root: it must be able to read the keys.
[[nodiscard]] std::string mosquitto_conf(const LabNode& node,
                                         const std::filesystem::path& directory,
                                         const std::string& user);

// Who may do what at this node's broker: meters, the node, its peers and DGMD.
[[nodiscard]] std::string mosquitto_acl(const LabNetwork& lab, const LabNode& node);

}  // namespace fairfeed
