// The private CA of a network: X.509 certificates for mutual TLS between meters, nodes and brokers.
// The name in CN is the MQTT user; broker certificates also carry the addresses of the broker.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fairfeed {

struct TlsIdentity {
    std::string key_pem;          // P-256, PKCS#8
    std::string certificate_pem;  // signed by the CA
};

// When a certificate is valid: seconds from now; negative: before now.
struct Validity {
    std::int64_t from_s = 0;
    std::int64_t until_s = 0;
};
// Validity for so many days. It begins in the past, because a machine without a battery clock boots
// with a clock that is a little behind.
[[nodiscard]] Validity valid_for(int days);

class CertificateAuthority {
  public:
    // A new self-signed CA, valid for the days given, pathlen 0.
    [[nodiscard]] static CertificateAuthority create(std::string_view common_name, int days);
    [[nodiscard]] static std::optional<CertificateAuthority> load(std::string_view key_pem,
                                                                  std::string_view cert_pem);
    [[nodiscard]] std::string key_pem() const { return identity_.key_pem; }
    [[nodiscard]] std::string certificate_pem() const { return identity_.certificate_pem; }

    // EKU clientAuth; CN = name.
    [[nodiscard]] TlsIdentity issue_client(std::string_view name, const Validity& validity) const;
    [[nodiscard]] TlsIdentity issue_client(std::string_view name, int days) const {
        return issue_client(name, valid_for(days));
    }
    // EKU serverAuth; CN = name; SAN from the addresses: IP literals as iPAddress, else dNSName.
    [[nodiscard]] TlsIdentity issue_broker(std::string_view name,
                                           const std::vector<std::string>& addresses,
                                           const Validity& validity) const;
    [[nodiscard]] TlsIdentity issue_broker(std::string_view name,
                                           const std::vector<std::string>& addresses,
                                           int days) const {
        return issue_broker(name, addresses, valid_for(days));
    }

  private:
    explicit CertificateAuthority(TlsIdentity identity) : identity_(std::move(identity)) {}
    TlsIdentity identity_;
};

}  // namespace fairfeed
