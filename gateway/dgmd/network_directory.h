// The directory into which a network is provisioned. Refuses a directory that holds anything,
// creates files with the least permissions they need, and stops at the first fault: later writes do
// nothing, and fault() tells what happened. Existing files are never touched. One thread.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace fairfeed {

class NetworkDirectory {
  public:
    // Accepts a path that does not exist yet, or an empty directory; names that begin with a dot do
    // not count. Error: one line with the fault and the remedy. Creates nothing.
    [[nodiscard]] static Result<NetworkDirectory, std::string> claim(
        const std::filesystem::path& path);

    // All names are relative. `is_private`: mode 0700, else 0755.
    void directory(const std::filesystem::path& name, bool is_private);
    void secret(const std::filesystem::path& name, std::string_view content);  // 0600
    void open_file(const std::filesystem::path& name, ByteView content);       // 0644
    void open_file(const std::filesystem::path& name, std::string_view content) {
        open_file(name, as_bytes(content));
    }

    // Nothing is durable before this; call it when all is written.
    void make_durable();

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }  // absolute
    [[nodiscard]] std::size_t files() const { return files_; }                 // written so far
    [[nodiscard]] const std::optional<std::string>& fault() const { return fault_; }

  private:
    explicit NetworkDirectory(std::filesystem::path path) : path_(std::move(path)) {}
    void write(const std::filesystem::path& name, ByteView content, mode_t mode);

    std::filesystem::path path_;
    std::size_t files_ = 0;
    std::optional<std::string> fault_;
};

}  // namespace fairfeed
