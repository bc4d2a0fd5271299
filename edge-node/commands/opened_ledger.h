// The common input of verify, show and prove: a genesis file, a ledger opened for reading and, if a
// node's configuration is given, that node's agreement key. Never writes. One thread.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/accounts/keyholder_accounts.h"
#include "core/ledger/ledger.h"
#include "core/wire/genesis_file_codec.h"

namespace fairfeed {

// Exit codes of every command.
constexpr int kExitOk = 0;
constexpr int kExitFault = 1;  // the input was checked, and something is wrong with it
constexpr int kExitUsage = 2;  // wrong arguments, unreadable or foreign input

// Whether a command needs keys, shows more with keys, or has no use for them. Blocks and registry
// need no keys.
enum class KeyUse : std::uint8_t { needed, wanted, none };

// Paths of the input; a missing genesis or ledger path is taken from the configuration.
struct LedgerSource {
    std::optional<std::filesystem::path> config;
    std::optional<std::filesystem::path> genesis;
    std::optional<std::filesystem::path> ledger;
};

struct OpenedLedger {
    std::filesystem::path file;
    LoadedGenesis genesis;
    Ledger ledger;
    std::optional<NodeId> node;       // with a configuration
    std::optional<Keyholder> holder;  // the same, if keys are useful and readable
    std::string keyless;              // why there is no key although one is useful

    [[nodiscard]] const Keyholder* keys() const { return holder ? &*holder : nullptr; }
};

using InputErrors = std::vector<std::string>;  // one line each

[[nodiscard]] Result<LoadedGenesis, InputErrors> load_genesis(const std::filesystem::path& file);
[[nodiscard]] Result<OpenedLedger, InputErrors> open_ledger(const LedgerSource& source,
                                                            KeyUse keys = KeyUse::needed);

// Prints the lines; returns kExitUsage.
[[nodiscard]] int report_input_errors(const InputErrors& errors, std::ostream& err);

}  // namespace fairfeed
