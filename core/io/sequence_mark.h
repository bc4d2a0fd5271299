// The progress of one file, recorded in a second file, to detect that the first was set back to an
// earlier state. Written in place after each step and never synced, so it costs almost nothing.
// After a power cut the mark may be behind and then detects nothing, but it is never ahead. One
// thread.
#pragma once

#include <cstdint>
#include <filesystem>

#include "core/base/result.h"
#include "core/io/io_error.h"

namespace fairfeed {

class SequenceMark {
  public:
    // Creates the file if it is missing. An unreadable mark counts as 0.
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
