#include "core/ledger/snapshot_files.h"

#include <unistd.h>

#include <cstdio>
#include <system_error>

#include "core/io/file.h"
#include "core/io/file_access.h"

namespace fairfeed {
namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 30;  // of 100 000 meters and more

}  // namespace

std::vector<std::filesystem::path> SnapshotFiles::existing() const {
    std::vector<std::filesystem::path> out;
    for (const auto& file : {next(), proven()}) {
        std::error_code ignored;
        if (std::filesystem::exists(file, ignored)) out.push_back(file);
    }
    return out;
}

Result<Bytes, IoError> SnapshotFiles::read(const std::filesystem::path& file) {
    return read_file(file, kMostBytes);
}

// The names come first: were the promotion of the last snapshot lost and the new one's name kept, a
// power cut would leave a snapshot that nothing has proven, and no other.
Result<void, IoError> SnapshotFiles::put_next(ByteView content) const {
    if (auto synced = sync_directory_of(next()); !synced) return synced;
    return write_file_atomically(next(), content, 0600);
}

// Without a sync, because the loop waits for it: after a power cut the snapshot has its old name,
// and is found all the same.
Result<void, IoError> SnapshotFiles::promote() const {
    if (::access(next().c_str(), F_OK) != 0) return {};
    if (std::rename(next().c_str(), proven().c_str()) == 0) return {};
    return unexpected(io_error_of_file("replace", proven()));
}

void SnapshotFiles::sweep() const {
    const std::string half_made = next().filename().string() + ".";
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(directory_, ignored)) {
        if (entry.path().filename().string().starts_with(half_made)) ::unlink(entry.path().c_str());
    }
}

}  // namespace fairfeed
