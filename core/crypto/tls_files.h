// The three files that identify a program in TLS: its key, its certificate, and the authority that
// both sides trust. Reports their faults, file by file with the remedy, before a broker refuses the
// connection without giving a reason. Reads files; keeps nothing.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace fairfeed {

struct TlsFiles {
    std::filesystem::path key;
    std::filesystem::path certificate;
    std::filesystem::path authority;
};

struct TlsFilesReport {
    // Faults that a person must mend; no connection is possible before.
    std::vector<std::string> mistakes;
    // Expired or not yet valid by this machine's clock, which may itself be wrong.
    std::vector<std::string> of_time;
    // Expires within kExpiryNoticeS.
    std::vector<std::string> soon;
};

constexpr std::int64_t kExpiryNoticeS = std::int64_t{30} * 86'400;

// `name` is the expected identity: the CN of the certificate.
[[nodiscard]] TlsFilesReport check_tls_files(const TlsFiles& files, const std::string& name,
                                             std::int64_t now_s);

// The same for many identities of one authority, whose file it reads once. One thread.
class TlsFilesChecker {
  public:
    TlsFilesChecker();
    ~TlsFilesChecker();
    TlsFilesChecker(const TlsFilesChecker&) = delete;
    TlsFilesChecker& operator=(const TlsFilesChecker&) = delete;
    [[nodiscard]] TlsFilesReport check(const TlsFiles& files, const std::string& name,
                                       std::int64_t now_s);

  private:
    struct Authority;
    std::unique_ptr<Authority> authority_;  // the last one that could be read
};

// The advance notice for a certificate seen elsewhere: "expires in 12 days, on ..."; nullopt if the
// expiry is not near.
[[nodiscard]] std::optional<std::string> expiry_notice(std::int64_t valid_until_s,
                                                       std::int64_t now_s);

}  // namespace fairfeed
