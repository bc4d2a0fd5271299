#include "core/wire/chunk.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/properties.h"

namespace fairfeed::fuzz {
namespace {

constexpr std::size_t kMost = max_message_bytes(kFewestForLimits);  // of a message

Bytes long_message(Input& input) {
    Bytes message(input.number(3) % 200'000);
    const ByteView pattern = input.take(64);
    for (std::size_t i = 0; i < message.size() && !pattern.empty(); ++i)
        message[i] = pattern[i % pattern.size()];
    if (!message.empty()) message[0] = 0x84;  // messages are arrays
    return message;
}

// Splits a message, then damages, repeats and reorders its packets. The assembler must return the
// exact message or nothing.
void deliver(Input& input) {
    const Bytes message = long_message(input);
    const std::vector<Bytes> packets = split_message(message, kMost);
    ChunkAssembler assembler(kMost);
    while (!input.empty()) {
        Bytes packet = packets[input.below(packets.size())];
        const std::size_t flip = input.number(2);
        if (flip % 4 == 0 && !packet.empty()) packet[flip % packet.size()] ^= input.byte();
        const auto whole = assembler.add(std::string(1, static_cast<char>(flip % 3)), packet);
        CHECK(!whole || *whole == message || *whole == packet);
    }
    std::optional<Bytes> whole;
    for (const Bytes& packet : packets)
        whole = assembler.add("undisturbed", packet);
    CHECK(message.empty() || (whole && *whole == message));
}

// Packets with any content that an attacker may choose.
void receive(Input& input) {
    ChunkAssembler assembler(kMost);
    while (!input.empty()) {
        const std::string source(1, static_cast<char>(input.byte()));
        const ByteView packet = input.take(input.number(2));
        const AllocationWatch watch;
        const auto whole = assembler.add(source, packet);
        CHECK(watch.peak_bytes() <= allowed_bytes(packet.size()));
        CHECK(!whole || whole->size() <= kMost);
    }
}

}  // namespace
}  // namespace fairfeed::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fairfeed::fuzz::Input input({data, size});
    if (input.byte() % 2 == 0) {
        fairfeed::fuzz::deliver(input);
    } else {
        fairfeed::fuzz::receive(input);
    }
    ++fairfeed::fuzz::accepted_inputs;
    return 0;
}
