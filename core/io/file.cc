#include "core/io/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "core/io/file_access.h"

namespace fairfeed {
namespace {

class Descriptor {
  public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    [[nodiscard]] bool is_open() const { return number_ >= 0; }
    [[nodiscard]] int get() const { return number_; }

  private:
    int number_;
};

std::string quoted(const std::filesystem::path& file) {
    return "'" + file.string() + "'";
}

// 0, or -1 with errno set.
int write_all(int descriptor, ByteView content) {
    while (!content.empty()) {
        const ssize_t written = ::write(descriptor, content.data(), content.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return -1;
        content = content.subspan(static_cast<std::size_t>(written));
    }
    return 0;
}

Result<void, IoError> sync_directory(const std::filesystem::path& directory) {
    const Descriptor opened(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!opened.is_open() || ::fsync(opened.get()) != 0)
        return unexpected(io_error_of_file("sync directory", directory));
    return {};
}

std::filesystem::path directory_of(const std::filesystem::path& file) {
    return file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
}

Result<void, IoError> write_temporary(std::string& name, ByteView content, mode_t mode) {
    const Descriptor opened(::mkostemp(name.data(), O_CLOEXEC));
    if (!opened.is_open()) return unexpected(io_error_of_file("create", name));
    if (::fchmod(opened.get(), mode) != 0 || write_all(opened.get(), content) != 0 ||
        ::fsync(opened.get()) != 0) {
        const IoError error = io_error_of_file("write", name);
        ::unlink(name.c_str());
        return unexpected(error);
    }
    return {};
}

}  // namespace

Result<Bytes, IoError> read_file(const std::filesystem::path& file, std::size_t max_bytes) {
    const Descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat facts {};
    if (!opened.is_open() || ::fstat(opened.get(), &facts) != 0)
        return unexpected(io_error_of_file("read", file));
    if (!S_ISREG(facts.st_mode))
        return unexpected(IoError{"read " + quoted(file) + ": not a regular file"});
    Bytes content;
    Bytes chunk(64 * 1024);
    while (true) {
        const ssize_t got = ::read(opened.get(), chunk.data(), chunk.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return unexpected(io_error_of_file("read", file));
        if (got == 0) return content;
        append(content, ByteView(chunk).first(static_cast<std::size_t>(got)));
        if (content.size() > max_bytes)
            return unexpected(IoError{"read " + quoted(file) + ": longer than " +
                                      std::to_string(max_bytes) + " bytes"});
    }
}

Result<std::string, IoError> read_text_file(const std::filesystem::path& file,
                                            std::size_t max_bytes) {
    const auto content = read_file(file, max_bytes);
    if (!content) return unexpected(content.error());
    return std::string(as_text(*content));
}

Result<void, IoError> write_file_atomically(const std::filesystem::path& file, ByteView content,
                                            mode_t mode) {
    std::string temporary = file.string() + ".XXXXXX";
    if (auto written = write_temporary(temporary, content, mode); !written) return written;
    if (::rename(temporary.c_str(), file.c_str()) != 0) {
        const IoError error = io_error_of_file("replace", file);
        ::unlink(temporary.c_str());
        return unexpected(error);
    }
    return sync_directory(directory_of(file));
}

Result<void, IoError> write_file_atomically(const std::filesystem::path& file,
                                            std::string_view content, mode_t mode) {
    return write_file_atomically(file, as_bytes(content), mode);
}

Result<void, IoError> replace_file(const std::filesystem::path& file, std::string_view content,
                                   mode_t mode) {
    const std::string fresh = file.string() + ".new";
    {
        constexpr int kFresh = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC;
        const Descriptor opened(::open(fresh.c_str(), kFresh, mode));
        if (!opened.is_open() || ::fchmod(opened.get(), mode) != 0 ||
            write_all(opened.get(), as_bytes(content)) != 0)
            return unexpected(io_error_of_file("write", fresh));
    }
    if (::rename(fresh.c_str(), file.c_str()) != 0)
        return unexpected(io_error_of_file("replace", file));
    return {};
}

Result<void, IoError> sync_directory_of(const std::filesystem::path& file) {
    return sync_directory(directory_of(file));
}

Result<void, IoError> make_directories(const std::filesystem::path& directory, mode_t mode) {
    std::filesystem::path so_far;
    for (const auto& part : directory.lexically_normal()) {
        so_far /= part;
        if (part.empty() || part == "/" || part == "." || part == "..") continue;
        if (::mkdir(so_far.c_str(), mode) == 0) {
            if (::chmod(so_far.c_str(), mode) != 0)
                return unexpected(io_error_of_file("set the mode of", so_far));
            // Without this sync, a power cut could lose the name and everything synced inside.
            if (auto synced = sync_directory(directory_of(so_far)); !synced) return synced;
            continue;
        }
        const IoError error = io_error_of_file("make directory", so_far);
        struct stat facts {};
        if (::stat(so_far.c_str(), &facts) != 0 || !S_ISDIR(facts.st_mode))
            return unexpected(error);
    }
    return {};
}

}  // namespace fairfeed
