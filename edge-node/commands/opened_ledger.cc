#include "edge-node/commands/opened_ledger.h"

#include <ostream>

#include "core/base/in_parallel.h"
#include "core/crypto/key_file.h"
#include "core/io/file.h"
#include "core/wire/genesis_file_codec.h"
#include "edge-node/service/node_config.h"

namespace fairfeed {
namespace {

Unexpected<InputErrors> wrong(std::string line) {
    return unexpected(InputErrors{std::move(line)});
}

}  // namespace

Result<LoadedGenesis, InputErrors> load_genesis(const std::filesystem::path& file) {
    const auto bytes = read_file(file);
    if (!bytes) return wrong(bytes.error().message);
    auto genesis = decode_genesis(*bytes, all_cores());
    if (!genesis)
        return wrong(file.string() + " is not a genesis file that can be trusted: " +
                     std::string(to_string(genesis.error())));
    return std::move(*genesis);
}

Result<OpenedLedger, InputErrors> open_ledger(const LedgerSource& source, KeyUse keys) {
    std::optional<NodeConfig> config;
    std::optional<Keyholder> holder;
    std::string keyless;
    if (source.config) {
        auto loaded = load_node_config(*source.config);
        if (!loaded) return unexpected(loaded.error());
        config = std::move(*loaded);
    }
    if (config && keys != KeyUse::none) {
        auto agreement = load_agreement_key(config->agreement_key);
        if (agreement) holder = Keyholder{config->node, std::move(*agreement)};
        if (!agreement && keys == KeyUse::needed) return wrong(agreement.error());
        if (!agreement) keyless = agreement.error();
    }
    if (!config && (!source.genesis || !source.ledger))
        return wrong("give --config, or --genesis and --ledger");
    auto genesis = load_genesis(source.genesis ? *source.genesis : config->genesis);
    if (!genesis) return unexpected(genesis.error());
    const std::filesystem::path file = source.ledger ? *source.ledger : config->ledger();
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored))
        return wrong(file.string() + ": there is no such ledger");
    auto ledger = Ledger::open_read_only(file, genesis->network);
    if (!ledger) return wrong(ledger.error().message);
    return OpenedLedger{.file = file,
                        .genesis = std::move(*genesis),
                        .ledger = std::move(*ledger),
                        .node = config ? std::optional(config->node) : std::nullopt,
                        .holder = std::move(holder),
                        .keyless = std::move(keyless)};
}

int report_input_errors(const InputErrors& errors, std::ostream& err) {
    for (const std::string& line : errors)
        err << line << '\n';
    return kExitUsage;
}

}  // namespace fairfeed
