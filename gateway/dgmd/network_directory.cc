#include "gateway/dgmd/network_directory.h"

#include <algorithm>
#include <vector>

#include "core/io/file_batch.h"

namespace fairfeed {

namespace {

constexpr mode_t kPrivate = 0700;
constexpr mode_t kOpen = 0755;
constexpr mode_t kSecretFile = 0600;
constexpr mode_t kOpenFile = 0644;
constexpr std::size_t kMaxNamed = 5;

std::string list_of(std::vector<std::string> names) {
    std::sort(names.begin(), names.end());
    std::string text;
    for (std::size_t i = 0; i < names.size() && i < kMaxNamed; ++i)
        text += (i == 0 ? "" : ", ") + names[i];
    if (names.size() > kMaxNamed) {
        text += " and " + std::to_string(names.size() - kMaxNamed) + " more";
    }
    return text;
}

// Such characters would break the configurations in which the path is written.
bool has_control_character(const std::string& text) {
    return std::any_of(text.begin(), text.end(),
                       [](char each) { return static_cast<unsigned char>(each) < 0x20; });
}

}  // namespace

Result<NetworkDirectory, std::string> NetworkDirectory::claim(const std::filesystem::path& path) {
    std::error_code error;
    std::filesystem::path absolute = std::filesystem::absolute(path, error).lexically_normal();
    if (!absolute.has_filename()) absolute = absolute.parent_path();
    const std::string shown = absolute.string();
    if (error || path.empty() || has_control_character(shown)) {
        return unexpected("'" + path.string() + "' cannot be a directory's name");
    }
    const auto status = std::filesystem::status(absolute, error);
    if (status.type() == std::filesystem::file_type::not_found) return NetworkDirectory(absolute);
    if (status.type() != std::filesystem::file_type::directory) {
        return unexpected(shown + ": not a directory; name one that does not exist yet");
    }
    std::vector<std::string> names;
    for (std::filesystem::directory_iterator each(absolute, error), end; !error && each != end;
         each.increment(error)) {
        const std::string name = each->path().filename().string();
        if (!name.starts_with('.')) names.push_back(name);
    }
    if (error) return unexpected(shown + ": cannot look into it: " + error.message());
    if (names.empty()) return NetworkDirectory(absolute);
    return unexpected(shown + ": holds " + list_of(std::move(names)) +
                      " already, and keys are never overwritten; name a new directory or move "
                      "this one away");
}

void NetworkDirectory::directory(const std::filesystem::path& name, bool is_private) {
    if (fault_) return;
    const auto made = FileBatch::directory(path_ / name, is_private ? kPrivate : kOpen);
    if (!made) fault_ = made.error().message;
}

void NetworkDirectory::secret(const std::filesystem::path& name, std::string_view content) {
    write(name, as_bytes(content), kSecretFile);
}

void NetworkDirectory::open_file(const std::filesystem::path& name, ByteView content) {
    write(name, content, kOpenFile);
}

void NetworkDirectory::write(const std::filesystem::path& name, ByteView content, mode_t mode) {
    if (fault_) return;
    const auto written = FileBatch::file(path_ / name, content, mode);
    if (!written) fault_ = written.error().message;
    if (written) ++files_;
}

void NetworkDirectory::make_durable() {
    if (fault_) return;
    if (const auto synced = FileBatch::finish(path_); !synced) fault_ = synced.error().message;
}

}  // namespace fairfeed
