// How much room a disk has, so that a program can stop in good order before a write fails, and wait
// without going on and off: it stops below one mark and goes on above twice that much.
#pragma once

#include <cstdint>
#include <filesystem>

#include "core/base/result.h"
#include "core/io/io_error.h"

namespace fairfeed {

// Bytes that an ordinary user may still write where `directory` (or its nearest parent that is
// there) stands.
[[nodiscard]] Result<std::uint64_t, IoError> free_bytes(const std::filesystem::path& directory);

// The two marks of one directory. To stop frees room by itself (databases drop their logs), so only
// the upper mark ends the waiting. One thread.
class DiskRoom {
  public:
    static constexpr std::uint64_t kLeastBytes = 8'000'000;
    static constexpr std::uint64_t kEnoughBytes = 16'000'000;

    explicit DiskRoom(std::filesystem::path directory) : directory_(std::move(directory)) {}

    // Looks now; true: work. A disk that cannot be asked is as it was.
    [[nodiscard]] bool look() {
        if (const auto room = free_bytes(directory_)) judge(*room);
        return !full_;
    }
    void judge(std::uint64_t free) {
        free_ = free;
        full_ = free < (full_ ? kEnoughBytes : kLeastBytes);
    }
    [[nodiscard]] bool is_full() const { return full_; }
    [[nodiscard]] std::uint64_t free() const { return free_; }  // when it last looked

  private:
    std::filesystem::path directory_;
    std::uint64_t free_ = UINT64_MAX;
    bool full_ = false;
};

}  // namespace fairfeed
