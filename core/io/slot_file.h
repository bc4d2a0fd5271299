// The safety record's place on disk: two preallocated 4 KiB slots written in turn by pwrite and
// fdatasync, each with a sequence number and CRC32C. A torn write damages one slot; the other holds
// the record before it. The payload is opaque. Owned by one process at a time (locked); one thread.
// After an error of write() the caller ends the process and never writes again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/io/io_error.h"

namespace fairfeed {

class SlotFile {
  public:
    static constexpr std::size_t kSlotSize = 4096;
    static constexpr std::size_t kMaxPayload = 4000;

    // Opens the file, or creates it (mode 0600, durable, with an empty record). Errors: another
    // process holds it; with `damage`: it is not 8 KiB long, or neither slot is valid. A lost
    // safety record is never taken for "nothing was said yet" (R23).
    [[nodiscard]] static Result<SlotFile, IoError> open(const std::filesystem::path& file);
    // Keeps a damaged file, which nobody has open, under another name and puts one in its place
    // that has no record and is in doubt from the beginning. Where the damaged one is now.
    [[nodiscard]] static Result<std::filesystem::path, IoError> begin_anew(
        const std::filesystem::path& file, std::int64_t real_ms);
    SlotFile(SlotFile&& other) noexcept;
    SlotFile& operator=(SlotFile&&) = delete;
    ~SlotFile();

    // The newest valid record; empty when nothing has been written since creation.
    [[nodiscard]] const Bytes& record() const { return record_; }
    // One slot is not what a whole write leaves: torn by a power cut, so that record() is right, or
    // spoilt later, so that a newer record was lost. Nobody can tell which (R23).
    [[nodiscard]] bool in_doubt() const { return in_doubt_; }
    // How many writes the file has seen.
    [[nodiscard]] std::uint64_t sequence() const { return sequence_; }
    // On return the record is on the disk. At most kMaxPayload bytes.
    [[nodiscard]] Result<void, IoError> write(ByteView payload);

  private:
    SlotFile(int descriptor, std::filesystem::path file)
        : descriptor_(descriptor), file_(std::move(file)) {}
    [[nodiscard]] Result<void, IoError> load();

    int descriptor_;  // -1 when moved from
    std::filesystem::path file_;
    std::uint64_t sequence_ = 0;
    bool in_doubt_ = false;  // as found when it was opened
    Bytes record_;
};

// CRC-32C (Castagnoli, RFC 3720 B.4): "123456789" gives 0xE3069283.
[[nodiscard]] std::uint32_t crc32c(ByteView bytes);

}  // namespace fairfeed
