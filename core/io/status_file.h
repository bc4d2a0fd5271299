// The status of a daemon, for scripts and people: one JSON object in a file, replaced whole. It
// names the time and the process of the last write, so a reader can tell an old status or a dead
// writer. It stands in a runtime directory and is never synced. The daemon writes it after changes,
// and now and then as a sign of life. A failed write is logged once and does not stop the daemon.
// One thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/base/units.h"
#include "core/io/io_error.h"
#include "core/io/json.h"
#include "core/io/process.h"

namespace fairfeed {

class StatusFile {
  public:
    static constexpr std::int64_t kSignOfLifeMs = 30'000;

    // Empty: nothing is written. Missing directories are created at the first write.
    explicit StatusFile(std::filesystem::path file);

    // Members `written_at` (Unix milliseconds), `pid` and `pid_started` come before the facts.
    void show(const Json& facts, Instant now);

    [[nodiscard]] const std::filesystem::path& path() const { return file_; }

  private:
    [[nodiscard]] Result<void, IoError> write(const Json& facts, Instant now) const;

    std::filesystem::path file_;
    ProcessMark process_;
    Json shown_;  // null: nothing yet
    std::int64_t due_ms_ = INT64_MIN;
    std::string fault_;  // of the last write; empty: none
};

// A status file and its age, as a reader finds them.
struct FoundStatus {
    std::filesystem::path file;
    Json facts;
    std::int64_t age_ms = 0;  // by the reader's clock
    bool running = false;     // the process that wrote it still runs
    // The file is older than a running process would let it become.
    [[nodiscard]] bool is_stale() const { return age_ms > 3 * StatusFile::kSignOfLifeMs; }
    // The file describes the present state.
    [[nodiscard]] bool is_current() const { return running && !is_stale(); }
    // The facts with `file`, `age_ms` and `process_lives` added.
    [[nodiscard]] Json for_programs() const;
};

// "runs (process 1234)", or why it does not.
[[nodiscard]] std::string liveness(const FoundStatus& found);

[[nodiscard]] Result<FoundStatus, IoError> read_status(const std::filesystem::path& file,
                                                       std::int64_t real_ms);

// The default path of a daemon's status file: in the directory that the service manager made for
// it; else below /run for root, below the account's own runtime directory for others, below /tmp
// where there is none. `name`: the directory's name, as in its unit.
[[nodiscard]] std::filesystem::path default_status_file(std::string_view name);
// The same for a reader, which may run under another account than the daemon.
[[nodiscard]] std::filesystem::path find_status_file(std::string_view name);

}  // namespace fairfeed
