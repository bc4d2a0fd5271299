// The audit log's file: append-only, every entry on the disk before append() returns, so that an
// act can be noted before it is done. Several processes may append (the service and the commands):
// each takes the file's lock for one entry and checks what the others wrote. Any thread.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "core/base/result.h"
#include "core/io/io_error.h"
#include "core/io/sequence_mark.h"
#include "gateway/audit/audit_chain.h"

namespace fairfeed {

class AuditLog {
  public:
    using Visitor = std::function<void(const AuditEntry&)>;

    // Creates the file (mode 0600) if there is none, and checks all of it. The rest of a line whose
    // writer was killed is taken off the end, and quoted in an entry of its own. Errors: the disk;
    // with `damage`: "<file>:<line>: ..." of a line that was altered, lines that are missing from
    // the end, or entries without the mark that counts them.
    [[nodiscard]] static Result<std::unique_ptr<AuditLog>, IoError> open(
        const std::filesystem::path& file, const Digest& network, std::int64_t now_ms);
    ~AuditLog();
    AuditLog(const AuditLog&) = delete;
    AuditLog& operator=(const AuditLog&) = delete;

    // On return the entry is on the disk. After an error nothing may be done that needs the entry.
    [[nodiscard]] Result<AuditEntry, IoError> append(AuditEvent event);
    [[nodiscard]] Digest head();

  private:
    friend Result<AuditChain, IoError> check_audit_log(const std::filesystem::path&, const Digest&,
                                                       const Visitor&);
    AuditLog(int descriptor, std::filesystem::path file, const Digest& network)
        : descriptor_(descriptor), file_(std::move(file)), chain_(network) {}
    // What stands behind offset_. Returns the bytes of an unfinished line at the end.
    [[nodiscard]] Result<std::string, IoError> catch_up(const Visitor& visitor);
    [[nodiscard]] Result<void, IoError> mend_end(const std::string& torn, std::int64_t now_ms);
    [[nodiscard]] Result<void, IoError> open_mark();
    [[nodiscard]] Result<AuditEntry, IoError> write(AuditEvent event);
    [[nodiscard]] IoError damage_at(std::uint64_t line, const std::string& what) const;

    std::mutex mutex_;
    int descriptor_;
    std::filesystem::path file_;
    AuditChain chain_;
    std::uint64_t offset_ = 0;  // of the end of the last checked line
    std::unique_ptr<SequenceMark> mark_;
};

// For reading: every line is checked before it is given. Writes nothing; an unfinished last line is
// left out. Returns the position behind the last line.
[[nodiscard]] Result<AuditChain, IoError> check_audit_log(const std::filesystem::path& file,
                                                          const Digest& network,
                                                          const AuditLog::Visitor& visitor);

}  // namespace fairfeed
