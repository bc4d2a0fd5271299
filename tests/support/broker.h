// Broker: a real Mosquitto on a free loopback port with mutual TLS and an ACL, in its own
// directory, with a certificate authority that issues identities for the test's clients. The
// destructor ends it by its process id. die() and revive() simulate a broker's crash and return.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/crypto/certificate_authority.h"
#include "tests/support/temp_directory.h"

namespace fairfeed::testing_support {

// The files a client presents: see MqttConfig.
struct ClientFiles {
    std::filesystem::path certificate;
    std::filesystem::path key;
};

class Broker {
  public:
    static constexpr std::string_view kOpenAcl = "topic readwrite #\npattern readwrite #\n";
    // `acl` is the text of Mosquitto's ACL file; the user is the CN of the client's certificate.
    // The broker's certificate is valid for `host` and for nothing else. It listens on `listen`, a
    // loopback address.
    explicit Broker(std::string_view acl = kOpenAcl, const std::string& host = "127.0.0.1",
                    std::string listen = "127.0.0.1");
    ~Broker();
    Broker(const Broker&) = delete;
    Broker& operator=(const Broker&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] std::filesystem::path ca_file() const { return directory_ / "ca.pem"; }
    [[nodiscard]] ClientFiles issue(const std::string& name) const {
        return issue(name, valid_for(kDays));
    }
    [[nodiscard]] ClientFiles issue(const std::string& name, const Validity& validity) const;

    void die();                            // kill -9, and wait until it is gone
    void renew(const Validity& validity);  // restarts with another certificate
    void revive();  // same configuration and port; returns once it accepts connections

  private:
    static constexpr int kDays = 2;
    void write_configuration(std::string_view acl);
    void write_certificate(const Validity& validity);
    [[nodiscard]] bool accepts_connections() const;
    [[nodiscard]] bool has_exited();

    TempDirectory directory_;
    CertificateAuthority authority_;
    std::string host_;
    std::string listen_;
    std::uint16_t port_;
    pid_t process_ = -1;
};

}  // namespace fairfeed::testing_support
