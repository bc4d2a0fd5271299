#include "gateway/config/gateway_files.h"

#include "core/base/in_parallel.h"
#include "core/crypto/key_file.h"
#include "core/io/file.h"

namespace fairfeed {
namespace {

constexpr std::size_t kMaxGenesisBytes = 256'000'000;
constexpr const char* kNotDgmds =
    ": not the key that genesis has for DGMD; both must come from one provisioning";

}  // namespace

Result<LoadedGenesis, std::string> load_genesis_file(const std::filesystem::path& file) {
    const auto bytes = read_file(file, kMaxGenesisBytes);
    if (!bytes) return unexpected(bytes.error().message);
    auto genesis = decode_genesis(*bytes, all_cores());
    if (!genesis) {
        return unexpected(file.string() + ": not a genesis file that can be trusted: " +
                          std::string(to_string(genesis.error())) +
                          "; copy genesis.cbor of the network's provisioning");
    }
    return std::move(*genesis);
}

TlsFiles tls_files_of(const GatewayConfig& config) {
    return {.key = config.tls_key,
            .certificate = config.tls_certificate,
            .authority = config.ca_certificate};
}

Result<GatewayFiles, std::vector<std::string>> check_gateway_files(const GatewayConfig& config,
                                                                   std::int64_t now_s) {
    std::vector<std::string> mistakes;
    auto genesis = load_genesis_file(config.genesis);
    if (!genesis) mistakes.push_back(genesis.error());
    auto signing = load_signing_key(config.signing_key);
    if (!signing) mistakes.push_back(signing.error());
    auto agreement = load_agreement_key(config.agreement_key);
    if (!agreement) mistakes.push_back(agreement.error());
    if (genesis && signing && signing->public_key() != genesis->content.dgmd_key)
        mistakes.push_back(config.signing_key.string() + kNotDgmds);
    if (genesis && agreement && agreement->public_key() != genesis->content.dgmd_agreement_key)
        mistakes.push_back(config.agreement_key.string() + kNotDgmds);
    TlsFilesReport tls;
    if (genesis) tls = check_tls_files(tls_files_of(config), genesis->content.dgmd.str(), now_s);
    mistakes.insert(mistakes.end(), tls.mistakes.begin(), tls.mistakes.end());
    if (!config.broker)
        mistakes.emplace_back(
            "the configuration names no 'broker' of the gateway's own, from which nodes would hear "
            "what it asks for: provision the network with 'gateway' in its file");
    if (!mistakes.empty()) return unexpected(std::move(mistakes));
    return GatewayFiles{std::move(*genesis), std::move(*signing), std::move(*agreement),
                        std::move(tls.of_time)};
}

}  // namespace fairfeed
