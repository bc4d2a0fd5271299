#include "core/io/file_batch.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

namespace fairfeed {
namespace {

class Opened {
  public:
    explicit Opened(int descriptor) : descriptor_(descriptor) {}
    ~Opened() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    Opened(const Opened&) = delete;
    Opened& operator=(const Opened&) = delete;
    [[nodiscard]] int get() const { return descriptor_; }

  private:
    int descriptor_;
};

IoError error_of(const char* action, const std::filesystem::path& path) {
    return io_error_from_errno(std::string(action) + " '" + path.string() + "'");
}

bool write_all(int descriptor, ByteView content) {
    while (!content.empty()) {
        const ssize_t written = ::write(descriptor, content.data(), content.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return false;
        content = content.subspan(static_cast<std::size_t>(written));
    }
    return true;
}

}  // namespace

Result<void, IoError> FileBatch::directory(const std::filesystem::path& path, mode_t mode) {
    std::filesystem::path so_far;
    std::error_code error;
    for (const auto& part : path.lexically_normal()) {
        so_far /= part;
        if (part.empty() || std::filesystem::is_directory(so_far, error)) continue;
        if (::mkdir(so_far.c_str(), mode) != 0 || ::chmod(so_far.c_str(), mode) != 0)
            return unexpected(error_of("create directory", so_far));
    }
    return {};
}

Result<void, IoError> FileBatch::file(const std::filesystem::path& path, ByteView content,
                                      mode_t mode) {
    const Opened opened(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
    if (opened.get() < 0) return unexpected(error_of("create", path));
    if (::fchmod(opened.get(), mode) == 0 && write_all(opened.get(), content)) return {};
    const IoError error = error_of("write", path);
    ::unlink(path.c_str());
    return unexpected(error);
}

Result<void, IoError> FileBatch::finish(const std::filesystem::path& anywhere) {
    const Opened opened(::open(anywhere.c_str(), O_RDONLY | O_CLOEXEC));
    if (opened.get() < 0 || ::syncfs(opened.get()) != 0)
        return unexpected(error_of("sync the file system of", anywhere));
    return {};
}

}  // namespace fairfeed
