// TLS files of one identity in a directory of their own, as provisioning writes them. Tests damage
// them one by one.
#pragma once

#include <sys/stat.h>

#include <fstream>
#include <string>

#include "core/base/check.h"
#include "core/crypto/certificate_authority.h"
#include "core/crypto/tls_files.h"
#include "tests/support/temp_directory.h"

namespace fairfeed::testing_support {

class IdentityFiles {
  public:
    static constexpr std::int64_t kDayS = 86'400;

    explicit IdentityFiles(const std::string& name = "n1",
                           const Validity& validity = valid_for(100)) {
        put(authority().issue_client(name, validity));
        write("ca.crt", authority().certificate_pem());
    }
    static const CertificateAuthority& authority() {
        static const auto made = CertificateAuthority::create("fairfeed street", 1000);
        return made;
    }
    void put(const TlsIdentity& identity) const {
        write("tls.key", identity.key_pem);
        write("tls.crt", identity.certificate_pem);
    }
    void write(const std::string& name, const std::string& text, mode_t mode = 0600) const {
        std::ofstream(directory_ / name, std::ios::binary) << text;
        CHECK(::chmod((directory_ / name).c_str(), mode) == 0);
    }
    [[nodiscard]] std::filesystem::path in(const std::string& name) const {
        return directory_ / name;
    }
    [[nodiscard]] TlsFiles files() const {
        return {.key = in("tls.key"), .certificate = in("tls.crt"), .authority = in("ca.crt")};
    }

  private:
    TempDirectory directory_;
};

}  // namespace fairfeed::testing_support
