#include "gateway/audit/audit_log.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "core/io/file.h"
#include "core/io/file_access.h"

namespace fairfeed {
namespace {

constexpr std::size_t kPiece = 64 * 1024;
// Six texts of kMaxAuditText bytes, each of which may become six bytes in JSON, and the rest.
constexpr std::size_t kMaxLine = 40 * 1024;

// The file's lock, for as long as one process reads or writes its end.
class EndLock {
  public:
    EndLock(int descriptor, int kind) : descriptor_(descriptor) {
        while ((status_ = ::flock(descriptor_, kind)) != 0 && errno == EINTR) {
        }
    }
    ~EndLock() {
        if (is_held()) ::flock(descriptor_, LOCK_UN);
    }
    EndLock(const EndLock&) = delete;
    EndLock& operator=(const EndLock&) = delete;
    [[nodiscard]] bool is_held() const { return status_ == 0; }

  private:
    int descriptor_;
    int status_ = -1;
};

int write_all(int descriptor, std::string_view content) {
    while (!content.empty()) {
        const ssize_t written = ::write(descriptor, content.data(), content.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return -1;
        content.remove_prefix(static_cast<std::size_t>(written));
    }
    return 0;
}

std::filesystem::path mark_of(const std::filesystem::path& file) {
    return file.string() + ".mark";
}

}  // namespace

AuditLog::~AuditLog() {
    ::close(descriptor_);
}

IoError AuditLog::damage_at(std::uint64_t line, const std::string& what) const {
    return {file_.string() + ":" + std::to_string(line) + ": " + what +
                "; keep this file, and begin a new one by naming another `audit`",
            true};
}

Result<std::string, IoError> AuditLog::catch_up(const Visitor& visitor) {
    std::string rest;
    std::uint64_t read_to = offset_;
    std::string piece(kPiece, '\0');
    while (true) {
        const ssize_t got =
            ::pread(descriptor_, piece.data(), piece.size(), static_cast<off_t>(read_to));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return unexpected(io_error_of_file("read", file_));
        if (got == 0) return rest;
        read_to += static_cast<std::uint64_t>(got);
        rest.append(piece.data(), static_cast<std::size_t>(got));
        std::size_t begin = 0;
        for (std::size_t end = rest.find('\n'); end != std::string::npos;
             end = rest.find('\n', begin)) {
            const auto entry = chain_.follow(std::string_view(rest).substr(begin, end - begin));
            if (!entry) return unexpected(damage_at(chain_.count() + 1, entry.error()));
            visitor(*entry);
            offset_ += end + 1 - begin;
            begin = end + 1;
        }
        rest.erase(0, begin);
        if (rest.size() > kMaxLine)
            return unexpected(damage_at(chain_.count() + 1, "is too long for an entry"));
    }
}

Result<AuditEntry, IoError> AuditLog::write(AuditEvent event) {
    const AuditEntry entry = chain_.next(std::move(event));
    const std::string line = audit_line(entry) + "\n";
    if (write_all(descriptor_, line) != 0 || ::fdatasync(descriptor_) != 0) {
        const IoError failed = io_error_of_file("write", file_);
        // Best effort: what remains of the line is taken off at the next append or start.
        (void)!::ftruncate(descriptor_, static_cast<off_t>(offset_));
        return unexpected(failed);
    }
    const auto followed = chain_.follow(std::string_view(line).substr(0, line.size() - 1));
    CHECK(followed.has_value());
    offset_ += line.size();
    if (const auto marked = mark_->write(chain_.count()); !marked)
        return unexpected(marked.error());
    return entry;
}

Result<void, IoError> AuditLog::mend_end(const std::string& torn, std::int64_t now_ms) {
    if (torn.empty()) return {};
    if (::ftruncate(descriptor_, static_cast<off_t>(offset_)) != 0)
        return unexpected(io_error_of_file("shorten", file_));
    const auto noted = write({now_ms, "audit", "audit.torn", "console", "", {}, torn});
    if (!noted) return unexpected(noted.error());
    return {};
}

// The mark is made before the first line, so entries without it are what is left of a log. It is
// written after each line, so it is never ahead of a whole file.
Result<void, IoError> AuditLog::open_mark() {
    const std::filesystem::path mark = mark_of(file_);
    std::error_code ignored;
    if (chain_.count() > 0 && !std::filesystem::exists(mark, ignored))
        return unexpected(damage_at(
            chain_.count() + 1,
            "'" + mark.string() + "' is missing, which says how many entries there were"));
    auto opened = SequenceMark::open(mark);
    if (!opened) return unexpected(opened.error());
    mark_ = std::make_unique<SequenceMark>(std::move(*opened));
    if (mark_->sequence() <= chain_.count()) return {};
    return unexpected(
        damage_at(chain_.count() + 1, "entries up to " + std::to_string(mark_->sequence()) +
                                          " were written, and the file ends before this one"));
}

Result<std::unique_ptr<AuditLog>, IoError> AuditLog::open(const std::filesystem::path& file,
                                                          const Digest& network,
                                                          std::int64_t now_ms) {
    const int descriptor =
        ::open(file.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (descriptor < 0) return unexpected(io_error_of_file("open", file));
    std::unique_ptr<AuditLog> log(new AuditLog(descriptor, file, network));
    const EndLock lock(descriptor, LOCK_EX);
    if (!lock.is_held()) return unexpected(io_error_of_file("lock", file));
    const auto torn = log->catch_up([](const AuditEntry&) {});
    if (!torn) return unexpected(torn.error());
    if (const auto whole = log->open_mark(); !whole) return unexpected(whole.error());
    if (const auto mended = log->mend_end(*torn, now_ms); !mended)
        return unexpected(mended.error());
    if (const auto durable = sync_directory_of(file); !durable) return unexpected(durable.error());
    return log;
}

Result<AuditEntry, IoError> AuditLog::append(AuditEvent event) {
    const std::lock_guard alone(mutex_);
    const EndLock lock(descriptor_, LOCK_EX);
    if (!lock.is_held()) return unexpected(io_error_of_file("lock", file_));
    const auto torn = catch_up([](const AuditEntry&) {});
    if (!torn) return unexpected(torn.error());
    if (const auto mended = mend_end(*torn, event.real_ms); !mended)
        return unexpected(mended.error());
    return write(std::move(event));
}

Digest AuditLog::head() {
    const std::lock_guard alone(mutex_);
    return chain_.head();
}

Result<AuditChain, IoError> check_audit_log(const std::filesystem::path& file,
                                            const Digest& network,
                                            const AuditLog::Visitor& visitor) {
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return unexpected(io_error_of_file("open", file));
    AuditLog log(descriptor, file, network);
    const EndLock lock(descriptor, LOCK_SH);
    if (!lock.is_held()) return unexpected(io_error_of_file("lock", file));
    const auto torn = log.catch_up(visitor);
    if (!torn) return unexpected(torn.error());
    std::error_code ignored;
    if (log.chain_.count() > 0 || std::filesystem::exists(mark_of(file), ignored))
        if (const auto whole = log.open_mark(); !whole) return unexpected(whole.error());
    return log.chain_;
}

}  // namespace fairfeed
