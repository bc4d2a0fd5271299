// The office's audit log as text: one JSON object on each line, each naming the hash of the line
// before, so that no line can be altered, dropped or put in without the next one saying so. The
// hash is SHA-256 over the bytes of the line up to its own member "hash". The chain holds no key:
// whoever may write the file can write all of it anew, which only a head noted elsewhere shows.
// Pure; audit_log.h is the file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace fairfeed {

// What was done in the office. Texts are cut at kMaxAuditText bytes.
struct AuditEvent {
    std::int64_t real_ms = 0;               // Unix
    std::string who{};                      // an account, "console:<system user>", or "chain"
    std::string what{};                     // "account.add", "draft.sign", "notice.final"
    std::string from{};                     // an address, or "console"
    std::string subject{};                  // a draft's id, an account, a token; may be empty
    std::optional<std::uint64_t> height{};  // where it became final
    std::string note{};                     // may be empty
    bool operator==(const AuditEvent&) const = default;
};

constexpr std::size_t kMaxAuditText = 1000;

struct AuditEntry {
    std::uint64_t number = 0;  // 1, 2, 3, ...: also the number of the line
    AuditEvent event;
    Digest previous;  // the hash of the line before; of the first line: audit_root()
    Digest hash;
    bool operator==(const AuditEntry&) const = default;
};

// Where the chain of a network begins.
[[nodiscard]] Digest audit_root(const Digest& network);

// The position behind some line of a log.
class AuditChain {
  public:
    explicit AuditChain(const Digest& network) : head_(audit_root(network)) {}
    [[nodiscard]] std::uint64_t count() const { return count_; }
    [[nodiscard]] const Digest& head() const { return head_; }

    // The entry behind this position; the position stays.
    [[nodiscard]] AuditEntry next(AuditEvent event) const;
    // Checks a line, without its end, and moves behind it. Error: why it cannot stand here.
    [[nodiscard]] Result<AuditEntry, std::string> follow(std::string_view line);

  private:
    std::uint64_t count_ = 0;
    Digest head_;
};

// Without the line's end.
[[nodiscard]] std::string audit_line(const AuditEntry& entry);

}  // namespace fairfeed
