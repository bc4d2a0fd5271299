#include "gateway/api/final_notices.h"

#include "core/model/transaction.h"

namespace fairfeed {
namespace {

constexpr std::string_view kWho = "chain";
constexpr std::string_view kWhat = "notice.final";
constexpr std::size_t kPage = 1000;

const std::set<std::string, std::less<>>& office_kinds() {
    static const auto kKinds = [] {
        std::set<std::string, std::less<>> kinds;
        for (int code = 0; code <= UINT8_MAX; ++code)
            if (const auto kind = static_cast<TransactionKind>(code); is_dgmd_kind(kind))
                kinds.emplace(to_string(kind));
        return kinds;
    }();
    return kKinds;
}

std::string text_of(const OfficeRow& row, std::string_view column) {
    const auto* text = std::get_if<std::string>(&cell_of(row, column));
    return text == nullptr ? std::string() : *text;
}

}  // namespace

Result<FinalNotices, IoError> FinalNotices::open(AuditLog& audit, const std::filesystem::path& file,
                                                 const Digest& network) {
    FinalNotices notices(audit);
    const auto read = check_audit_log(file, network, [&notices](const AuditEntry& entry) {
        const AuditEvent& event = entry.event;
        if (event.who != kWho || event.what != kWhat || !event.height) return;
        const auto height = static_cast<std::int64_t>(*event.height);
        if (height != notices.height_) notices.there_.clear();
        notices.height_ = height;
        notices.there_.insert(event.subject);
    });
    if (!read) return unexpected(read.error());
    const std::int64_t position = notices.height_ == 0 ? INT64_MAX : -1;
    notices.seen_ = {OfficeCell(notices.height_), OfficeCell(position)};
    return notices;
}

Result<void, std::string> FinalNotices::note(const RowSource& rows, std::int64_t now_ms) {
    while (true) {
        const auto page =
            rows({.table = OfficeTable::transactions, .after = seen_, .limit = kPage});
        if (!page) return unexpected(page.error());
        for (const OfficeRow& row : *page) {
            const std::string id = text_of(row, "id");
            const std::int64_t height = std::get<std::int64_t>(cell_of(row, "height"));
            if (!office_kinds().contains(text_of(row, "kind"))) continue;
            if (height == height_ && there_.contains(id)) continue;
            const auto noted =
                audit_->append({now_ms, std::string(kWho), std::string(kWhat), "ledger", id,
                                static_cast<std::uint64_t>(height), text_of(row, "kind")});
            if (!noted) return unexpected(noted.error().message);
            if (height != height_) there_.clear();
            height_ = height;
            there_.insert(id);
        }
        if (!page->empty()) seen_ = place_of(page->back());
        if (page->size() < kPage) return {};
    }
}

}  // namespace fairfeed
