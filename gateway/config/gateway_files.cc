#include "gateway/config/gateway_files.h"

#include <algorithm>

#include "core/base/in_parallel.h"
#include "core/crypto/key_file.h"
#include "core/io/file.h"

namespace fairfeed {
namespace {

constexpr std::size_t kMaxGenesisBytes = 256'000'000;
constexpr const char* kNotDgmds =
    ": not the key that genesis has for DGMD; both must come from one provisioning. After a "
    "DGMD_KEYS "
    "name the agreement key of before under keys.others: the old grants are wrapped to it";

template <class Key>
bool has(const std::vector<Key>& keys, const PublicKey& point) {
    return std::any_of(keys.begin(), keys.end(),
                       [&](const Key& key) { return key.public_key() == point; });
}

// A gateway that was given new keys still has the agreement key of genesis, or it could read
// nothing that was granted before.
void check_keys(const GatewayConfig& config, const Genesis& genesis,
                const std::vector<SigningKey>& signing, const std::vector<AgreementKey>& agreement,
                std::vector<std::string>& mistakes) {
    const bool is_first = agreement.front().public_key() == genesis.dgmd_agreement_key;
    if (!has(agreement, genesis.dgmd_agreement_key))
        mistakes.push_back(config.agreement_key.string() + kNotDgmds);
    if ((is_first || config.other_keys.empty()) && !has(signing, genesis.dgmd_key))
        mistakes.push_back(config.signing_key.string() + kNotDgmds);
}

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

Result<std::vector<SigningKey>, std::string> load_signing_keys(const GatewayConfig& config) {
    std::vector<SigningKey> keys;
    std::vector<std::filesystem::path> files{config.signing_key};
    for (const OtherKeys& other : config.other_keys)
        if (other.signing) files.push_back(*other.signing);
    for (const std::filesystem::path& file : files) {
        auto key = load_signing_key(file);
        if (!key) return unexpected(key.error());
        keys.push_back(std::move(*key));
    }
    return keys;
}

Result<std::vector<AgreementKey>, std::string> load_agreement_keys(const GatewayConfig& config) {
    std::vector<AgreementKey> keys;
    std::vector<std::filesystem::path> files{config.agreement_key};
    for (const OtherKeys& other : config.other_keys)
        files.push_back(other.agreement);
    for (const std::filesystem::path& file : files) {
        auto key = load_agreement_key(file);
        if (!key) return unexpected(key.error());
        keys.push_back(std::move(*key));
    }
    return keys;
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
    auto signing = load_signing_keys(config);
    if (!signing) mistakes.push_back(signing.error());
    auto agreement = load_agreement_keys(config);
    if (!agreement) mistakes.push_back(agreement.error());
    if (genesis && signing && agreement)
        check_keys(config, genesis->content, *signing, *agreement, mistakes);
    TlsFilesReport tls;
    if (genesis) tls = check_tls_files(tls_files_of(config), genesis->content.dgmd.str(), now_s);
    mistakes.insert(mistakes.end(), tls.mistakes.begin(), tls.mistakes.end());
    if (!config.broker)
        mistakes.emplace_back(
            "the configuration names no 'broker' of the gateway's own, from which nodes would hear "
            "what it asks for: provision the network with 'gateway' in its file");
    if (!mistakes.empty()) return unexpected(std::move(mistakes));
    return GatewayFiles{std::move(*genesis),
                        signing->front(),
                        agreement->front(),
                        {signing->begin() + 1, signing->end()},
                        {agreement->begin() + 1, agreement->end()},
                        std::move(tls.of_time)};
}

}  // namespace fairfeed
