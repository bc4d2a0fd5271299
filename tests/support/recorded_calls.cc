// The file shim: the linker redirects the system calls of core/io/*.cc here (--wrap). The shim
// tells the recording of a watched path, and then performs the call. A sync is recorded but not
// performed: the recording decides what a disk would have kept.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdarg>
#include <string>

#include "tests/support/disk_recording.h"

using fairfeed::ByteView;
using fairfeed::test::DiskRecording;

namespace {

std::string absolute(const char* path) {
    return std::filesystem::absolute(path).lexically_normal().string();
}

std::string path_of(int descriptor) {
    std::array<char, 4096> name{};
    const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
    const ssize_t length = ::readlink(link.c_str(), name.data(), name.size());
    return length < 0 ? std::string() : std::string(name.data(), static_cast<std::size_t>(length));
}

ByteView view(const void* data, std::size_t size) {
    return {static_cast<const std::uint8_t*>(data), size};
}

// -1 with errno set when the operation must fail.
int told(int error) {
    if (error == 0) return 0;
    errno = error;
    return -1;
}

int sync(int descriptor) {
    const std::string path = path_of(descriptor);
    DiskRecording* recording = DiskRecording::of(path);
    if (recording == nullptr) return 0;
    struct stat facts {};
    const bool directory = ::fstat(descriptor, &facts) == 0 && S_ISDIR(facts.st_mode);
    return told(directory ? recording->sync_names(path) : recording->sync(path));
}

}  // namespace

extern "C" {

int __real_open(const char* path, int flags, ...);
int __real_mkostemp(char* name, int flags);
int __real_mkdir(const char* path, mode_t mode);
int __real_rename(const char* from, const char* to);
int __real_unlink(const char* path);
ssize_t __real_write(int descriptor, const void* data, size_t size);
ssize_t __real_pwrite(int descriptor, const void* data, size_t size, off_t offset);
int __real_ftruncate(int descriptor, off_t size);

int __wrap_open(const char* path, int flags, ...) {
    if ((flags & O_CREAT) == 0) return __real_open(path, flags);
    va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = va_arg(arguments, mode_t);
    va_end(arguments);
    const std::string name = absolute(path);
    DiskRecording* recording = DiskRecording::of(name);
    if (recording != nullptr && ::access(path, F_OK) != 0 &&
        told(recording->create(name, false)) != 0)
        return -1;
    return __real_open(path, flags, mode);
}

int __wrap_mkostemp(char* name, int flags) {
    const int descriptor = __real_mkostemp(name, flags);
    DiskRecording* recording = DiskRecording::of(absolute(name));
    if (descriptor < 0 || recording == nullptr) return descriptor;
    if (told(recording->create(absolute(name), false)) == 0) return descriptor;
    ::close(descriptor);
    __real_unlink(name);
    return told(EIO);
}

int __wrap_mkdir(const char* path, mode_t mode) {
    DiskRecording* recording = DiskRecording::of(absolute(path));
    if (recording != nullptr && ::access(path, F_OK) != 0 &&
        told(recording->create(absolute(path), true)) != 0)
        return -1;
    return __real_mkdir(path, mode);
}

int __wrap_rename(const char* from, const char* to) {
    DiskRecording* recording = DiskRecording::of(absolute(to));
    if (recording != nullptr && ::access(from, F_OK) == 0 &&
        told(recording->rename(absolute(from), absolute(to))) != 0)
        return -1;
    return __real_rename(from, to);
}

int __wrap_unlink(const char* path) {
    DiskRecording* recording = DiskRecording::of(absolute(path));
    if (recording != nullptr && ::access(path, F_OK) == 0 &&
        told(recording->remove(absolute(path))) != 0)
        return -1;
    return __real_unlink(path);
}

int __wrap_fsync(int descriptor) {
    return sync(descriptor);
}

int __wrap_fdatasync(int descriptor) {
    return sync(descriptor);
}

ssize_t __wrap_write(int descriptor, const void* data, size_t size) {
    const std::string path = path_of(descriptor);
    if (DiskRecording* recording = DiskRecording::of(path)) {
        const bool at_end = (::fcntl(descriptor, F_GETFL) & O_APPEND) != 0;
        const off_t at = ::lseek(descriptor, 0, at_end ? SEEK_END : SEEK_CUR);
        const auto offset = static_cast<std::uint64_t>(at);
        if (told(recording->write(path, offset, view(data, size))) != 0) return -1;
    }
    return __real_write(descriptor, data, size);
}

int __wrap_ftruncate(int descriptor, off_t size) {
    const std::string path = path_of(descriptor);
    if (DiskRecording* recording = DiskRecording::of(path))
        if (told(recording->truncate(path, static_cast<std::uint64_t>(size))) != 0) return -1;
    return __real_ftruncate(descriptor, size);
}

ssize_t __wrap_pwrite(int descriptor, const void* data, size_t size, off_t offset) {
    const std::string path = path_of(descriptor);
    if (DiskRecording* recording = DiskRecording::of(path)) {
        const auto at = static_cast<std::uint64_t>(offset);
        if (told(recording->write(path, at, view(data, size))) != 0) return -1;
    }
    return __real_pwrite(descriptor, data, size, offset);
}

}  // extern "C"
