// All keys of a new network, in memory: the private CA, the signing, agreement and TLS keys of
// DGMD, every node and every meter, and the signing keys of officers and inspectors. Made once and
// written once (network_directory.h); no private key ever leaves its owner's directory.
#pragma once

#include <map>
#include <optional>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/crypto/certificate_authority.h"
#include "core/crypto/key_agreement.h"
#include "core/crypto/random.h"
#include "core/crypto/signing.h"
#include "gateway/dgmd/lab_network.h"

namespace fairfeed {

constexpr int kIdentityDays = 3650;  // of every certificate: 10 years

struct OfficeKeys {  // of DGMD; a node has the same
    SigningKey signing;
    AgreementKey agreement;
    TlsIdentity tls;  // CN = its name
};

struct NodeKeys {
    OfficeKeys own;
    TlsIdentity broker;  // of its Mosquitto, valid for its address
};

struct MeterKeys {
    SigningKey signing;
    SymmetricKey data;  // epoch 1
    TlsIdentity tls;
};

struct NetworkKeys {
    CertificateAuthority authority;
    OfficeKeys dgmd;
    std::optional<TlsIdentity> dgmd_broker;  // of the gateway's Mosquitto, where it has one
    std::optional<TlsIdentity> dgmd_http;    // of the office's API, where it has one
    std::map<NodeId, NodeKeys> nodes;
    std::map<MeterId, MeterKeys> meters;
    std::map<NodeId, SigningKey> officers;
    std::map<NodeId, SigningKey> inspectors;
};

[[nodiscard]] NetworkKeys make_keys(const LabNetwork& lab, const RandomSource& random);

}  // namespace fairfeed
