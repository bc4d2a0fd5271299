#include "core/io/slot_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>

#include "core/io/file.h"
#include "core/io/file_access.h"
#include "core/io/set_aside.h"

namespace fairfeed {
namespace {

// A slot: magic (8), sequence u64, length u32, CRC32C u32 of all that precedes and the payload,
// then the payload and zeros. Integers are little-endian.
constexpr std::string_view kMagic = "FFslot1\n";
constexpr std::size_t kSequenceAt = 8;
constexpr std::size_t kLengthAt = 16;
constexpr std::size_t kSumAt = 20;
constexpr std::size_t kPayloadAt = 24;
static_assert(kPayloadAt + SlotFile::kMaxPayload <= SlotFile::kSlotSize);

struct NumberedPayload {
    std::uint64_t sequence = 0;
    Bytes payload;
};

template <class Integer>
void put(Bytes& slot, std::size_t at, Integer value) {
    for (std::size_t i = 0; i < sizeof value; ++i)
        slot[at + i] = static_cast<std::uint8_t>(value >> (8 * i));
}

std::uint64_t get(ByteView slot, std::size_t at, std::size_t size) {
    std::uint64_t value = 0;
    for (std::size_t i = size; i-- > 0;)
        value = (value << 8U) | slot[at + i];
    return value;
}

std::uint32_t sum_of(ByteView slot, std::size_t length) {
    Bytes covered = to_bytes(slot.first(kSumAt));
    append(covered, slot.subspan(kPayloadAt, length));
    return crc32c(covered);
}

Bytes encode(const NumberedPayload& content) {
    Bytes slot(SlotFile::kSlotSize);
    std::copy(kMagic.begin(), kMagic.end(), slot.begin());
    put(slot, kSequenceAt, content.sequence);
    put(slot, kLengthAt, static_cast<std::uint32_t>(content.payload.size()));
    std::copy(content.payload.begin(), content.payload.end(), slot.begin() + kPayloadAt);
    put(slot, kSumAt, sum_of(slot, content.payload.size()));
    return slot;
}

std::optional<NumberedPayload> decode(ByteView slot) {
    if (as_text(slot.first(kMagic.size())) != kMagic) return std::nullopt;
    const std::uint64_t length = get(slot, kLengthAt, 4);
    if (length > SlotFile::kMaxPayload) return std::nullopt;
    if (get(slot, kSumAt, 4) != sum_of(slot, length)) return std::nullopt;
    return NumberedPayload{get(slot, kSequenceAt, 8), to_bytes(slot.subspan(kPayloadAt, length))};
}

bool are_neighbours(std::uint64_t one, std::uint64_t other) {
    return one + 1 == other || other + 1 == one;
}

// Whether the slot was never written.
bool is_blank(ByteView content) {
    const ByteView second = content.subspan(SlotFile::kSlotSize);
    return std::all_of(second.begin(), second.end(), [](std::uint8_t byte) { return byte == 0; });
}

// Sequence 0 with an empty record in the first slot. Renamed into place once durable, so that a
// half-made file never has the final name.
Bytes empty_file() {
    Bytes content = encode(NumberedPayload{});
    content.resize(2 * SlotFile::kSlotSize);
    return content;
}

constexpr std::array<std::uint32_t, 256> crc_table() {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
        std::uint32_t rest = byte;
        for (int bit = 0; bit < 8; ++bit)
            rest = (rest >> 1U) ^ ((rest & 1U) * 0x82f63b78U);
        table[byte] = rest;
    }
    return table;
}

}  // namespace

std::uint32_t crc32c(ByteView bytes) {
    static constexpr auto kTable = crc_table();
    std::uint32_t sum = 0xffffffffU;
    for (const std::uint8_t byte : bytes)
        sum = (sum >> 8U) ^ kTable[(sum ^ byte) & 0xffU];
    return ~sum;
}

Result<SlotFile, IoError> SlotFile::open(const std::filesystem::path& file) {
    if (::access(file.c_str(), F_OK) != 0 && errno == ENOENT)
        if (auto created = write_file_atomically(file, empty_file(), 0600); !created)
            return unexpected(created.error());
    const std::string name = "safety record '" + file.string() + "'";
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
    if (descriptor < 0) return unexpected(io_error_of_file("open safety record", file));
    SlotFile opened(descriptor, file);
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) return unexpected(io_error_from_errno("lock " + name));
        return unexpected(IoError{name + " is held by another process"});
    }
    if (auto loaded = opened.load(); !loaded) return unexpected(loaded.error());
    return opened;
}

// The file is in doubt because its second slot is neither valid nor blank, and stays in doubt if
// the process restarts before the first write.
Result<std::filesystem::path, IoError> SlotFile::begin_anew(const std::filesystem::path& file,
                                                            std::int64_t real_ms) {
    Bytes content = empty_file();
    std::copy(kMagic.begin(), kMagic.end(), content.begin() + kSlotSize);
    return replace_damaged(file, content, real_ms);
}

SlotFile::SlotFile(SlotFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      file_(std::move(other.file_)),
      sequence_(other.sequence_),
      in_doubt_(other.in_doubt_),
      record_(std::move(other.record_)) {}

SlotFile::~SlotFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

Result<void, IoError> SlotFile::load() {
    const std::string name = "safety record '" + file_.string() + "'";
    struct stat facts {};
    Bytes content(2 * kSlotSize);
    if (::fstat(descriptor_, &facts) != 0) return unexpected(io_error_from_errno("read " + name));
    if (facts.st_size != static_cast<off_t>(content.size()))
        return unexpected(IoError{
            name + " is " + std::to_string(facts.st_size) + " bytes long instead of 8192", true});
    if (::pread(descriptor_, content.data(), content.size(), 0) != facts.st_size)
        return unexpected(io_error_from_errno("read " + name));
    auto newest = decode(ByteView(content).first(kSlotSize));
    auto second = decode(ByteView(content).subspan(kSlotSize));
    const bool is_new = newest && newest->sequence == 0 && is_blank(content);
    in_doubt_ =
        !is_new && (!newest || !second || !are_neighbours(newest->sequence, second->sequence));
    if (second && (!newest || second->sequence > newest->sequence)) newest = std::move(second);
    if (!newest)
        return unexpected(IoError{name + " is damaged: neither of its slots is valid", true});
    sequence_ = newest->sequence;
    record_ = std::move(newest->payload);
    return {};
}

Result<void, IoError> SlotFile::write(ByteView payload) {
    CHECK(payload.size() <= kMaxPayload && descriptor_ >= 0);
    NumberedPayload next{sequence_ + 1, to_bytes(payload)};
    const Bytes slot = encode(next);
    const auto at = static_cast<off_t>((next.sequence % 2) * kSlotSize);
    const ssize_t written = ::pwrite(descriptor_, slot.data(), slot.size(), at);
    const std::string action = "write safety record '" + file_.string() + "'";
    if (written >= 0 && written != static_cast<ssize_t>(slot.size()))
        return unexpected(IoError{action + ": short write"});
    if (written < 0 || ::fdatasync(descriptor_) != 0)
        return unexpected(io_error_from_errno(action));
    sequence_ = next.sequence;
    record_ = std::move(next.payload);
    return {};
}

}  // namespace fairfeed
