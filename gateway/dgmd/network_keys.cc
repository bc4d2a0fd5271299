#include "gateway/dgmd/network_keys.h"

#include <set>

namespace fairfeed {

namespace {

constexpr int kAuthorityDays = 7300;  // 20 years

OfficeKeys make_office_keys(const CertificateAuthority& authority, const NodeId& name) {
    return {SigningKey::generate(), AgreementKey::generate(),
            authority.issue_client(name.str(), kIdentityDays)};
}

// A wildcard is an address to listen on, not an address to dial.
std::vector<std::string> addresses_of(const LabNode& node) {
    std::vector<std::string> addresses{node.address};
    const std::set<std::string> nowhere{node.address, "0.0.0.0", "::"};
    if (!nowhere.contains(node.listen)) addresses.push_back(node.listen);
    return addresses;
}

}  // namespace

NetworkKeys make_keys(const LabNetwork& lab, const RandomSource& random) {
    auto authority =
        CertificateAuthority::create("Fairfeed network " + lab.parameters.name, kAuthorityDays);
    OfficeKeys dgmd = make_office_keys(authority, dgmd_id());
    NetworkKeys keys{std::move(authority), std::move(dgmd), {}, {}, {}, {}, {}, {}};
    if (lab.gateway)
        keys.dgmd_broker =
            keys.authority.issue_broker(dgmd_id().str(), addresses_of(*lab.gateway), kIdentityDays);
    if (lab.gateway && lab.http_port) {
        std::vector<std::string> addresses = addresses_of(*lab.gateway);
        addresses.emplace_back("localhost");
        keys.dgmd_http =
            keys.authority.issue_broker(dgmd_id().str() + "-http", addresses, kIdentityDays);
    }
    for (const NodeId& officer : lab.office.officers)
        keys.officers.emplace(officer, SigningKey::generate());
    for (const NodeId& inspector : lab.office.inspectors)
        keys.inspectors.emplace(inspector, SigningKey::generate());
    for (const LabNode& node : lab.nodes) {
        keys.nodes.emplace(node.id,
                           NodeKeys{make_office_keys(keys.authority, node.id),
                                    keys.authority.issue_broker(node.id.str(), addresses_of(node),
                                                                kIdentityDays)});
    }
    for (const LabMeter& meter : lab.meters) {
        keys.meters.emplace(meter.id,
                            MeterKeys{SigningKey::generate(), random_fixed<SymmetricKey>(random),
                                      keys.authority.issue_client(meter.id.str(), kIdentityDays)});
    }
    return keys;
}

}  // namespace fairfeed
