// The three files by which a program shows who it is in TLS: its key, its certificate, and the
// authority that both sides trust. What is wrong with them, file by file with the remedy, before a
// broker says no without a word of why. Reads files; keeps nothing.
#pragma once

#include <cstdint>
#include <filesystem>
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
    // A person must mend them, and no connection is possible before.
    std::vector<std::string> mistakes;
    // Expired or not yet valid at this clock, which may be wrong itself.
    std::vector<std::string> of_time;
    // Expires within kExpiryNoticeS.
    std::vector<std::string> soon;
    [[nodiscard]] bool nothing_wrong() const { return mistakes.empty() && of_time.empty(); }
};

constexpr std::int64_t kExpiryNoticeS = std::int64_t{30} * 86'400;

// `name` is whose identity it should be: the CN of the certificate.
[[nodiscard]] TlsFilesReport check_tls_files(const TlsFiles& files, const std::string& name,
                                             std::int64_t now_s);

// The notice in advance about a certificate seen elsewhere: "expires in 12 days, on ..."; nullopt
// while it is further away.
[[nodiscard]] std::optional<std::string> expiry_notice(std::int64_t valid_until_s,
                                                       std::int64_t now_s);

}  // namespace fairfeed
