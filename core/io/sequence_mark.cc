#include "core/io/sequence_mark.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "core/base/bytes.h"
#include "core/io/file.h"
#include "core/io/file_access.h"
#include "core/io/slot_file.h"

namespace fairfeed {
namespace {

// Two records, written in turn, so that a torn write leaves the older one: magic (8), sequence u64,
// CRC32C u32 of both, little-endian.
constexpr std::string_view kMagic = "FFmark1\n";
constexpr std::size_t kSumAt = 16;
constexpr std::size_t kPlaceSize = 20;
constexpr std::size_t kFileSize = 2 * kPlaceSize;

template <class Integer>
void put(std::uint8_t* at, Integer value) {
    for (std::size_t i = 0; i < sizeof value; ++i)
        at[i] = static_cast<std::uint8_t>(value >> (8 * i));
}

std::array<std::uint8_t, kPlaceSize> encode(std::uint64_t sequence) {
    std::array<std::uint8_t, kPlaceSize> place{};
    std::copy(kMagic.begin(), kMagic.end(), place.begin());
    put(place.data() + kMagic.size(), sequence);
    put(place.data() + kSumAt, crc32c(ByteView(place).first(kSumAt)));
    return place;
}

std::uint64_t decode(ByteView place) {
    std::uint64_t sequence = 0;
    for (std::size_t i = sizeof sequence; i-- > 0;)
        sequence = (sequence << 8U) | place[kMagic.size() + i];
    const auto right = encode(sequence);
    return std::equal(right.begin(), right.end(), place.begin()) ? sequence : 0;
}

}  // namespace

Result<SequenceMark, IoError> SequenceMark::open(const std::filesystem::path& file) {
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored)) {
        const auto made = write_file_atomically(file, Bytes(kFileSize), 0600);
        if (!made) return unexpected(made.error());
    }
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
    if (descriptor < 0) return unexpected(io_error_of_file("open", file));
    SequenceMark mark(descriptor, file);
    mark.load();
    return mark;
}

SequenceMark::SequenceMark(SequenceMark&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      file_(std::move(other.file_)),
      sequence_(other.sequence_) {}

SequenceMark::~SequenceMark() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

void SequenceMark::load() {
    std::array<std::uint8_t, kFileSize> content{};
    if (::pread(descriptor_, content.data(), content.size(), 0) != kFileSize) return;
    const ByteView both(content);
    sequence_ = std::max(decode(both.first(kPlaceSize)), decode(both.subspan(kPlaceSize)));
}

Result<void, IoError> SequenceMark::write(std::uint64_t sequence) {
    const auto place = encode(sequence);
    const auto at = static_cast<off_t>((sequence % 2) * kPlaceSize);
    if (::pwrite(descriptor_, place.data(), place.size(), at) != kPlaceSize)
        return unexpected(io_error_from_errno("write '" + file_.string() + "'"));
    sequence_ = sequence;
    return {};
}

}  // namespace fairfeed
