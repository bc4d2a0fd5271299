#include "gateway/commands/office_files.h"

#include <algorithm>

#include "core/io/clock.h"
#include "core/io/file.h"
#include "gateway/commands/console.h"
#include "gateway/desk/drafting.h"

namespace fairfeed {

Result<Draft, std::string> load_draft(const std::filesystem::path& file) {
    const auto bytes = read_file(file);
    if (!bytes) return unexpected(bytes.error().message);
    auto draft = decode_draft(*bytes);
    if (!draft) return unexpected(file.string() + ": " + draft.error());
    return std::move(*draft);
}

Result<void, std::string> save_draft(const std::filesystem::path& file, const Draft& draft) {
    if (const auto written = write_file_atomically(file, encode_draft(draft)); !written)
        return unexpected(written.error().message);
    return {};
}

Result<DraftBatch, std::string> load_batch(const std::filesystem::path& file) {
    const auto bytes = read_file(file);
    if (!bytes) return unexpected(bytes.error().message);
    auto batch = decode_batch(*bytes);
    if (!batch) return unexpected(file.string() + ": " + batch.error());
    return std::move(*batch);
}

Result<void, std::string> save_batch(const std::filesystem::path& file, const DraftBatch& batch) {
    if (const auto written = write_file_atomically(file, encode_batch(batch)); !written)
        return unexpected(written.error().message);
    return {};
}

std::vector<std::filesystem::path> drafts_in(const std::filesystem::path& directory,
                                             std::string_view suffix) {
    std::vector<std::filesystem::path> files;
    std::error_code error;
    for (std::filesystem::directory_iterator each(directory, error), end; !error && each != end;
         each.increment(error)) {
        if (each->path().extension() == suffix) files.push_back(each->path());
    }
    std::sort(files.begin(), files.end());
    return files;
}

Result<void, std::string> note_at_console(const GatewayConfig& config, const Digest& network,
                                          AuditEvent event) {
    event.real_ms = Clock().now().real_ms;
    event.who = console_user();
    event.from = "console";
    const auto log = AuditLog::open(config.audit, network, event.real_ms);
    if (!log) return unexpected(log.error().message);
    if (const auto noted = (*log)->append(std::move(event)); !noted)
        return unexpected(noted.error().message);
    return {};
}

}  // namespace fairfeed
