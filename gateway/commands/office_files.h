// What the office's commands read and write: the state that a ledger leads to, and drafts. Errors
// are lines for a person, with the file's name.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/state/state.h"
#include "core/wire/genesis_file_codec.h"
#include "gateway/audit/audit_log.h"
#include "gateway/config/gateway_files.h"
#include "gateway/office/draft.h"

namespace fairfeed {

constexpr std::string_view kDraftSuffix = ".draft";

// The state after the last block of the ledger, every signature of which is verified; while there
// is no such file, that after block 0.
[[nodiscard]] Result<ChainState, std::string> load_chain_state(const LoadedGenesis& genesis,
                                                               const std::filesystem::path& ledger);

[[nodiscard]] Result<Draft, std::string> load_draft(const std::filesystem::path& file);
// Replaces the file.
[[nodiscard]] Result<void, std::string> save_draft(const std::filesystem::path& file,
                                                   const Draft& draft);
// The drafts of a directory, by name; empty if there is none.
[[nodiscard]] std::vector<std::filesystem::path> drafts_in(const std::filesystem::path& directory);

// Notes in the office's audit log what is about to be done at the console; `event` without time,
// person and place. Error: then it must not be done.
[[nodiscard]] Result<void, std::string> note_at_console(const GatewayConfig& config,
                                                        const Digest& network, AuditEvent event);

}  // namespace fairfeed
