// What the commands about drafts share: the ground on which they draft, what they say of a batch,
// and where its file goes. Private to gateway/commands.
#pragma once

#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

#include "core/io/json.h"
#include "gateway/commands/draft.h"
#include "gateway/config/gateway_config.h"
#include "gateway/desk/drafting.h"
#include "gateway/office/draft_batch.h"

namespace fairfeed {

namespace draft_exit {
constexpr int kDone = 0;
constexpr int kMachineFailed = 1;
constexpr int kWrongInput = 2;
}  // namespace draft_exit

// Prints the lines; returns kWrongInput.
int wrong_input(const std::vector<std::string>& lines, std::ostream& err);

// The network as the office knows it, and who drafts.
struct DraftingDesk {
    GatewayConfig config;
    LoadedGenesis genesis;
    DraftingGround ground;
    std::int64_t now_ms = 0;
    Window running = 0;
};
[[nodiscard]] Result<DraftingDesk, std::vector<std::string>> open_drafting_desk(
    const DraftOptions& options);

// Drafts of these contents, which are numbered.
[[nodiscard]] DraftBatch drafts_of(const DraftingDesk& desk, const DraftOptions& options,
                                   const std::vector<TransactionContent>& contents);

struct DraftFailure {
    int status = draft_exit::kWrongInput;
    std::string line;
};
int report(const DraftFailure& failure, std::ostream& err);
// The file that the batch is to be written to: it is not there yet, and its directory is. `kind`:
// of the command.
[[nodiscard]] Result<std::filesystem::path, DraftFailure> free_place(const DraftOptions& options,
                                                                     const DraftBatch& batch,
                                                                     const DraftingDesk& desk);
// Into the audit log.
[[nodiscard]] Result<void, std::string> note_drafts(const DraftingDesk& desk,
                                                    const DraftBatch& batch,
                                                    const std::filesystem::path& file);

[[nodiscard]] std::vector<std::string> approvals_of(const DraftBatch& batch);
[[nodiscard]] std::string names_or_nobody(const std::vector<std::string>& names);
// "withdrawn", "ready", "needs 1 more".
[[nodiscard]] std::string standing_of(const DraftBatch& batch);
// Of one draft, or of a batch with all of them. With the words if there are parameters.
[[nodiscard]] Json to_json(const DraftBatch& batch, const std::filesystem::path& file,
                           const NetworkParameters* parameters);
void print_words(const DraftBatch& batch, const NetworkParameters& parameters, std::ostream& out);
void print_drafted(const DraftingDesk& desk, const DraftBatch& batch,
                   const std::filesystem::path& file, std::ostream& out);

}  // namespace fairfeed
