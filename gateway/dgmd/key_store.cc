#include "gateway/dgmd/key_store.h"

namespace fairfeed {

namespace {

using std::filesystem::path;

void write_identity(const TlsIdentity& identity, const path& where, NetworkDirectory& directory) {
    directory.secret(where / layout::kTlsKey, identity.key_pem);
    directory.open_file(where / layout::kTlsCertificate, identity.certificate_pem);
}

void write_office(const OfficeKeys& keys, const std::string& authority, const path& where,
                  NetworkDirectory& directory) {
    directory.directory(where, true);
    directory.secret(where / layout::kSigningKey, keys.signing.to_pem());
    directory.secret(where / layout::kAgreementKey, keys.agreement.to_pem());
    write_identity(keys.tls, where, directory);
    directory.open_file(where / layout::kAuthorityCertificate, authority);
}

void write_broker(const TlsIdentity& identity, const std::string& authority, const path& where,
                  NetworkDirectory& directory) {
    directory.directory(where, true);
    write_identity(identity, where, directory);
    directory.open_file(where / layout::kAuthorityCertificate, authority);
}

// Each key is for one person, who takes it away; together in one place they are one thief's.
void write_people(const std::map<NodeId, SigningKey>& people, std::string_view where,
                  NetworkDirectory& directory) {
    if (people.empty()) return;
    directory.directory(where, true);
    for (const auto& [name, key] : people)
        directory.secret(path(where) / (name.str() + ".key"), key.to_pem());
}

void write_meters(const NetworkKeys& keys, const std::string& authority,
                  NetworkDirectory& directory) {
    directory.directory("meters", false);
    directory.open_file(path("meters") / layout::kAuthorityCertificate, authority);
    for (const auto& [meter, own] : keys.meters) {
        const path where = path("meters") / meter.str();
        directory.directory(where, true);
        directory.secret(where / layout::kSigningKey, own.signing.to_pem());
        directory.secret(where / layout::kDataKey, to_hex(own.data.view()) + "\n");
        write_identity(own.tls, where, directory);
    }
}

}  // namespace

DgmdKeys write_new_keys(const std::optional<CertificateAuthority>& authority,
                        const std::vector<std::string>& addresses, NetworkDirectory& directory) {
    const SigningKey signing = SigningKey::generate();
    const AgreementKey agreement = AgreementKey::generate();
    directory.directory(".", true);
    directory.secret(layout::kSigningKey, signing.to_pem());
    directory.secret(layout::kAgreementKey, agreement.to_pem());
    if (authority) {
        write_identity(authority->issue_client(dgmd_id().str(), kIdentityDays), ".", directory);
        directory.open_file(layout::kAuthorityCertificate, authority->certificate_pem());
        if (!addresses.empty())
            write_broker(authority->issue_broker(dgmd_id().str(), addresses, kIdentityDays),
                         authority->certificate_pem(), "broker", directory);
    }
    return {signing.public_key(), agreement.public_key()};
}

void write_keys(const NetworkKeys& keys, NetworkDirectory& directory) {
    const std::string authority = keys.authority.certificate_pem();
    directory.directory(".", false);
    directory.directory("ca", true);
    directory.secret(path("ca") / layout::kAuthorityKey, keys.authority.key_pem());
    directory.open_file(path("ca") / layout::kAuthorityCertificate, authority);
    write_office(keys.dgmd, authority, "dgmd", directory);
    if (keys.dgmd_broker) {
        directory.directory(layout::kGatewayBroker, false);
        write_broker(*keys.dgmd_broker, authority, path(layout::kGatewayBroker) / "broker",
                     directory);
    }
    if (keys.dgmd_http) {
        directory.secret(path("dgmd") / layout::kHttpKey, keys.dgmd_http->key_pem);
        directory.open_file(path("dgmd") / layout::kHttpCertificate,
                            keys.dgmd_http->certificate_pem);
    }
    write_people(keys.officers, layout::kOfficers, directory);
    write_people(keys.inspectors, layout::kInspectors, directory);
    for (const auto& [node, own] : keys.nodes) {
        const path where = layout::node_directory(node);
        directory.directory(where, false);
        write_office(own.own, authority, where / "keys", directory);
        write_broker(own.broker, authority, where / "broker", directory);
    }
    write_meters(keys, authority, directory);
}

}  // namespace fairfeed
