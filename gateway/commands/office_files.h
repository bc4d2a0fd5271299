// What the office's commands read and write: drafts, and the audit log. Errors are lines for a
// person, with the file's name.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/wire/genesis_file_codec.h"
#include "gateway/audit/audit_log.h"
#include "gateway/config/gateway_files.h"
#include "gateway/desk/drafting.h"
#include "gateway/office/draft_batch.h"

namespace fairfeed {

constexpr std::string_view kBatchSuffix = ".drafts";  // of more than one, which are signed at once

[[nodiscard]] Result<Draft, std::string> load_draft(const std::filesystem::path& file);
// Replaces the file.
[[nodiscard]] Result<void, std::string> save_draft(const std::filesystem::path& file,
                                                   const Draft& draft);
// A file of either kind.
[[nodiscard]] Result<DraftBatch, std::string> load_batch(const std::filesystem::path& file);
[[nodiscard]] Result<void, std::string> save_batch(const std::filesystem::path& file,
                                                   const DraftBatch& batch);
// The drafts of a directory, by name; empty if there is none.
[[nodiscard]] std::vector<std::filesystem::path> drafts_in(const std::filesystem::path& directory,
                                                           std::string_view suffix = kDraftSuffix);

// Notes in the office's audit log what is about to be done at the console; `event` without time,
// person and place. Error: then it must not be done.
[[nodiscard]] Result<void, std::string> note_at_console(const GatewayConfig& config,
                                                        const Digest& network, AuditEvent event);

}  // namespace fairfeed
