// The files that the gateway's configuration names: genesis for every command, and before the
// service starts keys and certificates, whether they are DGMD's of this network. Reads only.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/crypto/key_agreement.h"
#include "core/crypto/signing.h"
#include "core/crypto/tls_files.h"
#include "core/wire/genesis_file_codec.h"
#include "gateway/config/gateway_config.h"

namespace fairfeed {

// Error: one line with the file and the remedy.
[[nodiscard]] Result<LoadedGenesis, std::string> load_genesis_file(
    const std::filesystem::path& file);

struct GatewayFiles {
    LoadedGenesis genesis;
    SigningKey signing;
    AgreementKey agreement;
    std::vector<SigningKey> other_signing;  // of before or after a DGMD_KEYS
    std::vector<AgreementKey> other_agreement;
    std::vector<std::string> of_time;  // certificates that are not valid by this clock
};

// Errors: everything that a person must mend before the service can start, one line each.
[[nodiscard]] Result<GatewayFiles, std::vector<std::string>> check_gateway_files(
    const GatewayConfig& config, std::int64_t now_s);

// The agreement key and the others of the configuration. Error: a line for a person.
[[nodiscard]] Result<std::vector<AgreementKey>, std::string> load_agreement_keys(
    const GatewayConfig& config);
// The signing keys likewise.
[[nodiscard]] Result<std::vector<SigningKey>, std::string> load_signing_keys(
    const GatewayConfig& config);

[[nodiscard]] TlsFiles tls_files_of(const GatewayConfig& config);

}  // namespace fairfeed
