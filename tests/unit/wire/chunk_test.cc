#include "core/wire/chunk.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/wire/cbor.h"

namespace fairfeed {
namespace {

constexpr std::size_t kMost = max_message_bytes(kFewestForLimits);  // of a message

Bytes message_of(std::size_t size) {
    Bytes out(size);
    for (std::size_t i = 0; i < size; ++i)
        out[i] = static_cast<std::uint8_t>(i * 31 + i / 251);
    if (size > 0) out[0] = 0x84;
    return out;
}

TEST(Chunks, small_messages_travel_as_they_are) {
    const Bytes message = message_of(kMaxPacketBytes);
    EXPECT_EQ(split_message(message, kMost), std::vector<Bytes>{message});
    ChunkAssembler assembler(kMost);
    EXPECT_EQ(assembler.add("a", message), message);
}

TEST(Chunks, large_messages_come_together_in_any_order_and_despite_repeats) {
    for (const std::size_t size : {kMaxPacketBytes + 1, 3 * kMaxPacketBytes, kMost - 1, kMost}) {
        const Bytes message = message_of(size);
        std::vector<Bytes> packets = split_message(message, kMost);
        ASSERT_GT(packets.size(), 1U);
        for (const Bytes& packet : packets)
            EXPECT_LE(packet.size(), kMaxPacketBytes);
        std::reverse(packets.begin(), packets.end());
        ChunkAssembler assembler(kMost);
        for (std::size_t i = 0; i + 1 < packets.size(); ++i) {
            EXPECT_FALSE(assembler.add("a", packets[i]));
            EXPECT_FALSE(assembler.add("a", packets[i]));
        }
        EXPECT_EQ(assembler.add("a", packets.back()), message);
    }
}

TEST(Chunks, a_message_nobody_would_accept_is_not_sent) {
    EXPECT_TRUE(split_message(message_of(kMost + 1), kMost).empty());
}

TEST(Chunks, sources_do_not_mix_and_a_new_message_replaces_an_unfinished_one) {
    const Bytes first = message_of(70'000);
    Bytes second = first;
    second.back() ^= 1;
    const auto one = split_message(first, kMost);
    const auto two = split_message(second, kMost);
    ChunkAssembler assembler(kMost);
    EXPECT_FALSE(assembler.add("a", one[0]));
    EXPECT_FALSE(assembler.add("b", one[1]));
    EXPECT_FALSE(assembler.add("a", two[0]));
    EXPECT_FALSE(assembler.add("a", one[1]));
    EXPECT_EQ(assembler.add("a", one[0]), first);
    EXPECT_EQ(assembler.add("b", one[0]), first);
}

TEST(Chunks, a_changed_part_never_becomes_a_message) {
    auto packets = split_message(message_of(70'000), kMost);
    packets[1].back() ^= 1;
    ChunkAssembler assembler(kMost);
    EXPECT_FALSE(assembler.add("a", packets[0]));
    EXPECT_FALSE(assembler.add("a", packets[1]));
    const auto good = split_message(message_of(70'000), kMost);
    EXPECT_FALSE(assembler.add("a", good[0]));
    EXPECT_EQ(assembler.add("a", good[1]), message_of(70'000));
}

TEST(Chunks, refuses_what_is_no_chunk) {
    const auto chunk = [](std::uint64_t index, std::uint64_t count, std::size_t size) {
        cbor::Writer writer;
        writer.map(4);
        writer.key(1);
        writer.bytes(Bytes(32));
        writer.key(2);
        writer.unsigned_integer(index);
        writer.key(3);
        writer.unsigned_integer(count);
        writer.key(4);
        writer.bytes(Bytes(size));
        return writer.take();
    };
    ChunkAssembler assembler(kMost);
    for (const Bytes& packet :
         {Bytes{}, Bytes{0xa4}, Bytes(kMaxPacketBytes + 1, 0x80), chunk(0, 1, 10), chunk(2, 2, 10),
          chunk(0, 2, 10), chunk(1, 2, 0), chunk(0, 1'000'000, kMaxPacketBytes - 64),
          chunk(0, UINT64_MAX, kMaxPacketBytes - 64)}) {
        EXPECT_FALSE(assembler.add("a", packet));
    }
}

TEST(Chunks, many_unfinished_sources_do_not_shut_out_a_new_one) {
    const auto packets = split_message(message_of(70'000), kMost);
    ChunkAssembler assembler(kMost);
    for (int i = 0; i < 1000; ++i) {
        EXPECT_FALSE(assembler.add("s" + std::to_string(i), packets[0]));
    }
    EXPECT_FALSE(assembler.add("z", packets[0]));
    EXPECT_EQ(assembler.add("z", packets[1]), message_of(70'000));
}

// Sixty-four messages of four megabytes at once, none of them ever whole.
TEST(Chunks, of_messages_that_never_become_whole_take_bounded_memory) {
    const std::vector<Bytes> packets = split_message(message_of(kMost), kMost);
    ChunkAssembler assembler(kMost);
    for (int source = 0; source < 64; ++source) {
        for (std::size_t i = 0; i + 1 < packets.size(); ++i) {
            EXPECT_FALSE(assembler.add(std::to_string(source), packets[i]));
            ASSERT_LE(assembler.bytes_held(), 3 * kMost);
        }
    }
    std::optional<Bytes> whole;
    for (const Bytes& packet : packets)
        whole = assembler.add("honest", packet);
    EXPECT_TRUE(whole) << "what comes in one go is put together all the same";
}

}  // namespace
}  // namespace fairfeed
