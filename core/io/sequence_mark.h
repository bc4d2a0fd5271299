// How far a file had come, noted in another one: what falls back to an earlier moment by itself is
// found out. Written in place after each step and never synced, so that it costs nothing; after a
// power cut it may be behind and then says nothing, but it is never ahead. One thread.
#pragma once

#include <cstdint>
#include <filesystem>

#include "core/base/result.h"
#include "core/io/io_error.h"

namespace fairfeed {

class SequenceMark {
  public:
    // Creates the file if it is not there. One that cannot be understood says 0.
    [[nodiscard]] static Result<SequenceMark, IoError> open(const std::filesystem::path& file);
    SequenceMark(SequenceMark&& other) noexcept;
    SequenceMark& operator=(SequenceMark&&) = delete;
    ~SequenceMark();

    [[nodiscard]] std::uint64_t sequence() const { return sequence_; }
    [[nodiscard]] Result<void, IoError> write(std::uint64_t sequence);

  private:
    SequenceMark(int descriptor, std::filesystem::path file)
        : descriptor_(descriptor), file_(std::move(file)) {}
    void load();

    int descriptor_;  // -1 when moved from
    std::filesystem::path file_;
    std::uint64_t sequence_ = 0;
};

}  // namespace fairfeed
