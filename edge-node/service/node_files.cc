#include "edge-node/service/node_files.h"

#include <variant>

#include "core/base/in_parallel.h"
#include "core/crypto/key_file.h"
#include "core/io/file.h"
#include "core/io/log.h"
#include "core/wire/genesis_file_codec.h"

namespace fairfeed {
namespace {

using Lines = std::vector<std::string>;

constexpr const char* kCopyGenesis = "; copy genesis.cbor of the network's provisioning here";

std::optional<LoadedGenesis> load_genesis(const NodeConfig& config, Lines& mistakes) {
    const auto file = read_file(config.genesis);
    if (!file) {
        mistakes.push_back(file.error().message + kCopyGenesis);
        return std::nullopt;
    }
    auto genesis = decode_genesis(*file, all_cores());
    if (genesis) return std::move(*genesis);
    mistakes.push_back(concat(config.genesis.string(),
                              file->empty() ? ": is empty" : ": no valid genesis: ",
                              file->empty() ? "" : to_string(genesis.error()), kCopyGenesis));
    return std::nullopt;
}

// nullptr: genesis does not name the node. Such a node joins later, and its keys cannot be checked
// here.
const NodeRegistration* registration_of(const LoadedGenesis& genesis, const NodeId& node) {
    for (const Transaction& each : genesis.block.block.transactions) {
        const auto* registration = std::get_if<NodeRegistration>(&each.content);
        if (registration != nullptr && registration->node == node) return registration;
    }
    return nullptr;
}

// The name in genesis that owns this key, if any.
template <class Member>
std::string owner_of(const LoadedGenesis& genesis, const PublicKey& key, Member member) {
    for (const Transaction& each : genesis.block.block.transactions) {
        const auto* registration = std::get_if<NodeRegistration>(&each.content);
        if (registration != nullptr && registration->*member == key)
            return registration->node.str();
    }
    return {};
}

template <class Key, class Member>
void check_owner(const std::filesystem::path& file, const Key& key, const NodeConfig& config,
                 const LoadedGenesis& genesis, Member member, Lines& mistakes) {
    const NodeRegistration* own = registration_of(genesis, config.node);
    if (own != nullptr && own->*member == key.public_key()) return;
    const std::string owner = owner_of(genesis, key.public_key(), member);
    if (!owner.empty())
        mistakes.push_back(concat(file.string(), ": is the key of '", owner, "', and this is '",
                                  config.node, "'; put the files of '", config.node, "' here"));
    else if (own != nullptr)
        mistakes.push_back(concat(file.string(), ": not the key that ", config.genesis.string(),
                                  " has for '", config.node,
                                  "'; both must come from one provisioning"));
}

}  // namespace

TlsFiles tls_files_of(const NodeConfig& config) {
    return {.key = config.tls_key,
            .certificate = config.tls_certificate,
            .authority = config.ca_certificate};
}

Result<NodeFiles, Lines> check_node_files(const NodeConfig& config, std::int64_t now_s) {
    Lines mistakes;
    auto genesis = load_genesis(config, mistakes);
    const auto signing = load_signing_key(config.signing_key);
    if (!signing) mistakes.push_back(signing.error());
    const auto agreement = load_agreement_key(config.agreement_key);
    if (!agreement) mistakes.push_back(agreement.error());
    if (genesis && signing)
        check_owner(config.signing_key, *signing, config, *genesis, &NodeRegistration::signing_key,
                    mistakes);
    if (genesis && agreement)
        check_owner(config.agreement_key, *agreement, config, *genesis,
                    &NodeRegistration::agreement_key, mistakes);
    TlsFilesReport tls = check_tls_files(tls_files_of(config), config.node.str(), now_s);
    mistakes.insert(mistakes.end(), tls.mistakes.begin(), tls.mistakes.end());
    if (!mistakes.empty()) return unexpected(std::move(mistakes));
    return NodeFiles{std::move(*genesis), std::move(tls.of_time), std::move(tls.soon)};
}

}  // namespace fairfeed
