// The files of snapshots beside a ledger, of a node or the gateway. A new one is written beside the
// last one, whole and durable, and takes its place once a later block of the ledger proves it: so
// at every moment one of the two is good, whatever happens to the other. Opaque bytes; mode 0600.
// An error never matters to the owner, who can always replay the ledger. Calls may come from
// several threads, one at a time.
#pragma once

#include <filesystem>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/io/io_error.h"

namespace fairfeed {

class SnapshotFiles {
  public:
    explicit SnapshotFiles(std::filesystem::path directory) : directory_(std::move(directory)) {}

    [[nodiscard]] std::filesystem::path proven() const { return directory_ / "snapshot"; }
    // Written, and not proven by a later block when it was written.
    [[nodiscard]] std::filesystem::path next() const { return directory_ / "snapshot.next"; }
    // Those that exist, the newest first.
    [[nodiscard]] std::vector<std::filesystem::path> existing() const;
    [[nodiscard]] bool is_next(const std::filesystem::path& file) const { return file == next(); }
    [[nodiscard]] static Result<Bytes, IoError> read(const std::filesystem::path& file);
    // The snapshot before it must have been promoted, or be of no use.
    [[nodiscard]] Result<void, IoError> put_next(ByteView content) const;
    // The next snapshot is proven: it replaces the last one. Nothing happens if there is none.
    [[nodiscard]] Result<void, IoError> promote() const;
    // Removes what a power cut left of a snapshot that was being written.
    void sweep() const;

  private:
    std::filesystem::path directory_;
};

}  // namespace fairfeed
