// Free space of a disk. A program stops in good order before a write fails: it stops below one mark
// and continues above twice that mark, so that it does not flap.
#pragma once

#include <cstdint>
#include <filesystem>

#include "core/base/result.h"
#include "core/io/io_error.h"

namespace fairfeed {

// Bytes that an ordinary user may still write in `directory`, or in its nearest parent that exists.
[[nodiscard]] Result<std::uint64_t, IoError> free_bytes(const std::filesystem::path& directory);

// The two marks of one directory. Stopping itself frees space (databases drop their logs), so the
// program waits for the upper mark. One thread.
class DiskRoom {
  public:
    static constexpr std::uint64_t kLeastBytes = 8'000'000;
    static constexpr std::uint64_t kEnoughBytes = 16'000'000;

    explicit DiskRoom(std::filesystem::path directory) : directory_(std::move(directory)) {}

    // Measures now; true: work. If the disk cannot be measured, the last answer stands.
    [[nodiscard]] bool look() {
        if (const auto room = free_bytes(directory_)) judge(*room);
        return !full_;
    }
    void judge(std::uint64_t free) {
        free_ = free;
        full_ = free < (full_ ? kEnoughBytes : kLeastBytes);
    }
    [[nodiscard]] bool is_full() const { return full_; }
    [[nodiscard]] std::uint64_t free() const { return free_; }  // at the last look()

  private:
    std::filesystem::path directory_;
    std::uint64_t free_ = UINT64_MAX;
    bool full_ = false;
};

}  // namespace fairfeed
