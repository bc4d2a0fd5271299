#include "core/io/slot_file.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/input_file.h"
#include "tests/fuzz/properties.h"

namespace fairfeed::fuzz {
namespace {

constexpr std::size_t kSumAt = 20;
constexpr std::size_t kPayloadAt = 24;

// Gives a slot, in the form that slot_file.cc describes, a correct checksum over its damaged bytes.
void repair(std::span<std::uint8_t> slot) {
    const std::size_t length =
        std::min<std::size_t>(slot[16] + 256U * slot[17], SlotFile::kMaxPayload);
    Bytes covered(slot.begin(), slot.begin() + kSumAt);
    append(covered, ByteView(slot).subspan(kPayloadAt, length));
    const std::uint32_t sum = crc32c(covered);
    for (std::size_t i = 0; i < 4; ++i)
        slot[kSumAt + i] = static_cast<std::uint8_t>(sum >> (8 * i));
}

// Reads [how] [size] [bytes of slot 0] [bytes of slot 1]: the two slots of a damaged file.
Bytes damaged_file(Input& input) {
    const std::uint8_t how = input.byte();
    const std::size_t first = input.number(2);
    Bytes file = to_bytes(input.take(std::min(first, SlotFile::kSlotSize)));
    file.resize(SlotFile::kSlotSize);
    append(file, input.rest());
    if (how % 8 != 7) file.resize(2 * SlotFile::kSlotSize);
    const std::span<std::uint8_t> slots(file);
    if ((how & 1U) != 0) repair(slots.first(SlotFile::kSlotSize));
    if ((how & 2U) != 0 && file.size() >= 2 * SlotFile::kSlotSize)
        repair(slots.subspan(SlotFile::kSlotSize, SlotFile::kSlotSize));
    return file;
}

}  // namespace
}  // namespace fairfeed::fuzz

// A damaged safety file is refused by name, or gives a record that is in the file. The next write
// can be read back.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fairfeed;
    fuzz::Input input({data, size});
    const Bytes content = fuzz::damaged_file(input);
    const auto path = fuzz::input_file("safety.slot", content);
    auto file = SlotFile::open(path);
    if (!file) {
        CHECK(!file.error().message.empty());
        return 0;
    }
    const Bytes record = file->record();
    const auto end = content.end();
    CHECK(std::search(content.begin(), end, record.begin(), record.end()) != end);
    if (file->sequence() == UINT64_MAX) return 0;  // no real file reaches that many writes
    const std::uint64_t next = file->sequence() + 1;
    Bytes written = record;
    written.resize(std::min(record.size() + 1, SlotFile::kMaxPayload), 0x2a);
    CHECK(file->write(written));
    { const SlotFile closed = std::move(*file); }
    const auto again = SlotFile::open(path);
    CHECK(again && again->record() == written && again->sequence() == next);
    ++fuzz::accepted_inputs;
    return 0;
}
