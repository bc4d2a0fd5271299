#include "core/io/disk_space.h"

#include <sys/statvfs.h>

namespace fairfeed {

Result<std::uint64_t, IoError> free_bytes(const std::filesystem::path& directory) {
    std::error_code ignored;
    std::filesystem::path there = std::filesystem::absolute(directory);
    while (!std::filesystem::exists(there, ignored) && there.has_relative_path())
        there = there.parent_path();
    struct statvfs facts {};
    if (::statvfs(there.c_str(), &facts) != 0)
        return unexpected(io_error_from_errno("look at the disk of '" + directory.string() + "'"));
    return std::uint64_t{facts.f_bavail} * facts.f_frsize;
}

}  // namespace fairfeed
