// The safety record's file: two preallocated 4 KiB slots written in turn by pwrite and fdatasync,
// each with a sequence number and CRC32C. A torn write damages one slot; the other slot holds the
// record before it. The payload is opaque. Owned by one process at a time (locked); one thread.
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
    // safety record is never taken for an empty one (R23).
    [[nodiscard]] static Result<SlotFile, IoError> open(const std::filesystem::path& file);
    // Keeps a damaged file, which no process has open, under another name, and replaces it with a
    // file that has no record and is in doubt from the start. Returns the damaged file's new name.
    [[nodiscard]] static Result<std::filesystem::path, IoError> begin_anew(
        const std::filesystem::path& file, std::int64_t real_ms);
    SlotFile(SlotFile&& other) noexcept;
    SlotFile& operator=(SlotFile&&) = delete;
    ~SlotFile();

    // The newest valid record; empty if nothing was written since creation.
    [[nodiscard]] const Bytes& record() const { return record_; }
    // One slot is not what a complete write leaves. Either a power cut tore it, and record() is
    // right; or it was spoilt later, and a newer record is lost. The two cases cannot be told apart
    // (R23).
    [[nodiscard]] bool in_doubt() const { return in_doubt_; }
    // The number of writes to the file.
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
    bool in_doubt_ = false;  // as found at open()
    Bytes record_;
};

// CRC-32C (Castagnoli, RFC 3720 B.4): "123456789" gives 0xE3069283.
[[nodiscard]] std::uint32_t crc32c(ByteView bytes);

}  // namespace fairfeed
