// The key files of a new network: every private key alone in a file of mode 0600, in a directory of
// its owner. Writes through NetworkDirectory, which keeps the first fault.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/ids.h"
#include "core/model/dgmd_keys.h"
#include "gateway/dgmd/network_directory.h"
#include "gateway/dgmd/network_keys.h"

namespace fairfeed {

// Names inside a network's directory; the configurations use the same names.
namespace layout {
constexpr std::string_view kGenesis = "genesis.cbor";
constexpr std::string_view kRun = "run";  // status files of a network that runs in place
constexpr std::string_view kMeterConfig = "meters/meter-sim.yaml";
constexpr std::string_view kGatewayConfig = "dgmd/gateway.yaml";
constexpr std::string_view kGatewayBroker = "gateway";  // the directory of its Mosquitto
constexpr std::string_view kSigningKey = "signing.key";
constexpr std::string_view kAgreementKey = "agreement.key";
constexpr std::string_view kDataKey = "data.key";
constexpr std::string_view kTlsKey = "tls.key";
constexpr std::string_view kTlsCertificate = "tls.crt";
constexpr std::string_view kHttpKey = "http.key";  // of the office's API
constexpr std::string_view kHttpCertificate = "http.crt";
constexpr std::string_view kAuthorityKey = "ca.key";
constexpr std::string_view kAuthorityCertificate = "ca.crt";

constexpr std::string_view kOfficers = "officers";      // NAME.key of each
constexpr std::string_view kInspectors = "inspectors";  // NAME.key of each

[[nodiscard]] inline std::filesystem::path node_directory(const NodeId& node) {
    return std::filesystem::path("nodes") / node.str();
}
}  // namespace layout

// ca/, dgmd/, gateway/broker/, officers/, inspectors/, nodes/<id>/keys/, nodes/<id>/broker/ and
// meters/<id>/.
void write_keys(const NetworkKeys& keys, NetworkDirectory& directory);

// Another identity of DGMD's gateway: signing.key and agreement.key; with the network's CA tls.key,
// tls.crt and ca.crt, and for a broker with these addresses broker/. Returns the public keys.
[[nodiscard]] DgmdKeys write_new_keys(const std::optional<CertificateAuthority>& authority,
                                      const std::vector<std::string>& addresses,
                                      NetworkDirectory& directory);

}  // namespace fairfeed
