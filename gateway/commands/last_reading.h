// What the office's own ledger says of a meter's newest settled reading, opened with DGMD's keys.
// Reads, never writes. Private to gateway/commands.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "core/accounts/keyholder_accounts.h"
#include "core/wire/genesis_file_codec.h"
#include "gateway/office/notice_plans.h"

namespace fairfeed {

// nullopt: no reading of it is settled. Error: a line, with the file.
[[nodiscard]] Result<std::optional<LastReading>, std::string> find_last_reading(
    const std::filesystem::path& ledger, const LoadedGenesis& genesis, Keyholder holder,
    const MeterId& meter);

}  // namespace fairfeed
