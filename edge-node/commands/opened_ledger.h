// What verify, show and prove start from: a genesis file, a ledger opened for reading, and, where a
// node's configuration is given, that node's key to the data keys. Never writes. One thread.
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
constexpr int kExitFault = 1;  // what was asked was looked at, and does not hold
constexpr int kExitUsage = 2;  // wrong arguments, unreadable or foreign input

// Whether a command is for keyholders, shows more to them, or has no use for keys: blocks and
// registry are for whoever may read the file.
enum class KeyUse : std::uint8_t { needed, wanted, none };

// What a path stands for when it is absent: genesis and ledger come from the configuration.
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
    std::optional<Keyholder> holder;  // the same, where keys are of use and can be read
    std::string keyless;              // why there is none although keys are wanted

    [[nodiscard]] const Keyholder* keys() const { return holder ? &*holder : nullptr; }
};

using InputErrors = std::vector<std::string>;  // one line each

[[nodiscard]] Result<LoadedGenesis, InputErrors> load_genesis(const std::filesystem::path& file);
[[nodiscard]] Result<OpenedLedger, InputErrors> open_ledger(const LedgerSource& source,
                                                            KeyUse keys = KeyUse::needed);

// Prints the lines; kExitUsage.
[[nodiscard]] int report_input_errors(const InputErrors& errors, std::ostream& err);

}  // namespace fairfeed
