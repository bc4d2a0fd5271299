#include "core/io/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

#include "core/io/file_access.h"

namespace fairfeed {

Result<FileLock, IoError> FileLock::take(const std::filesystem::path& file, std::string_view what) {
    std::error_code wrong;
    std::filesystem::path place = std::filesystem::weakly_canonical(file, wrong);
    if (wrong) place = file;
    place += ".lock";
    FileLock lock(::open(place.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (lock.descriptor_ < 0) return unexpected(io_error_of_file("open", place));
    if (::flock(lock.descriptor_, LOCK_EX | LOCK_NB) == 0) return lock;
    if (errno != EWOULDBLOCK) return unexpected(io_error_of_file("lock", place));
    return unexpected(IoError{std::string(what) + " is in use by another process (fuser " +
                              place.string() + " tells which): stop that one first"});
}

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileLock::~FileLock() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace fairfeed
