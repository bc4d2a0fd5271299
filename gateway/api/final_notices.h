// The office's notices as the chain made them final: each gets an entry "notice.final" with its
// height in the audit log, once, also those of blocks that came while nobody looked. One thread.
#pragma once

#include <filesystem>
#include <set>
#include <string>

#include "gateway/api/live_events.h"
#include "gateway/audit/audit_log.h"

namespace fairfeed {

class FinalNotices {
  public:
    // Reads how far the log is. `audit` outlives this.
    [[nodiscard]] static Result<FinalNotices, IoError> open(AuditLog& audit,
                                                            const std::filesystem::path& file,
                                                            const Digest& network);
    // Notes what is final and not in the log. Error, for a person: the next call goes on there.
    [[nodiscard]] Result<void, std::string> note(const RowSource& rows, std::int64_t now_ms);

  private:
    explicit FinalNotices(AuditLog& audit) : audit_(&audit) {}
    AuditLog* audit_;
    std::int64_t height_ = 0;       // of the newest noted; block 0 is not the office's act
    std::set<std::string> there_;   // the ids that are noted at that height
    std::vector<OfficeCell> seen_;  // the place of the last transaction that was looked at
};

}  // namespace fairfeed
