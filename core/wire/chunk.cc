#include "core/wire/chunk.h"

#include <algorithm>

#include "core/crypto/digest.h"
#include "core/wire/decoding.h"

namespace fairfeed {
namespace {

// A chunk is a map of four entries. Messages are arrays, so no message begins with this byte.
constexpr std::uint8_t kChunkHead = 0xa4;
constexpr std::size_t kPartBytes = kMaxPacketBytes - 64;  // room for the chunk's own fields

// Parts of a message of so many bytes.
constexpr std::size_t parts_of(std::size_t bytes) {
    return (bytes + kPartBytes - 1) / kPartBytes;
}
constexpr std::size_t kMaxParts = parts_of(kMaxMessageBytes);
constexpr std::size_t kMaxSources = 64;

struct Chunk {
    Digest whole;
    std::size_t index = 0;
    std::size_t count = 0;
    ByteView part;
};

Bytes encode_chunk(const Chunk& chunk) {
    cbor::Writer writer;
    writer.map(4);
    put_bytes(writer, 1, chunk.whole.view());
    put_unsigned(writer, 2, chunk.index);
    put_unsigned(writer, 3, chunk.count);
    put_bytes(writer, 4, chunk.part);
    return writer.take();
}

// Every part but the last is full, so there is one way only to split a message.
std::optional<Chunk> decode_chunk(ByteView packet) {
    cbor::Reader reader(packet);
    Chunk chunk;
    reader.map_of(4);
    chunk.whole = take_fixed<Digest>(reader, 1);
    reader.key(2);
    chunk.index = reader.unsigned_at_most(kMaxParts);
    reader.key(3);
    chunk.count = reader.unsigned_at_most(kMaxParts);
    chunk.part = take_bytes(reader, 4);
    if (!reader.finish() || chunk.index >= chunk.count || chunk.count < 2) return std::nullopt;
    const bool is_last = chunk.index + 1 == chunk.count;
    if (chunk.part.empty() || chunk.part.size() > kPartBytes) return std::nullopt;
    if (!is_last && chunk.part.size() != kPartBytes) return std::nullopt;
    return chunk;
}

}  // namespace

std::vector<Bytes> split_message(ByteView message, std::size_t most) {
    if (message.size() > most) return {};
    if (message.size() <= kMaxPacketBytes) return {to_bytes(message)};
    const Digest whole = sha256(message);
    const std::size_t count = parts_of(message.size());
    std::vector<Bytes> packets;
    for (std::size_t index = 0; index < count; ++index) {
        const std::size_t begin = index * kPartBytes;
        const std::size_t size = std::min(kPartBytes, message.size() - begin);
        packets.push_back(encode_chunk({.whole = whole,
                                        .index = index,
                                        .count = count,
                                        .part = message.subspan(begin, size)}));
    }
    return packets;
}

std::optional<Bytes> ChunkAssembler::add(const std::string& source, ByteView packet) {
    if (packet.empty() || packet.size() > kMaxPacketBytes) return std::nullopt;
    if (packet.front() != kChunkHead) return to_bytes(packet);
    const auto chunk = decode_chunk(packet);
    if (!chunk || chunk->count > parts_of(most_)) return std::nullopt;
    if (!pending_.contains(source) && pending_.size() >= kMaxSources) forget(pending_.begin());
    const auto place = pending_.find(source);
    if (place != pending_.end() &&
        (place->second.whole != chunk->whole || place->second.parts.size() != chunk->count)) {
        forget(place);
    }
    make_room(source, chunk->part.size());
    Pending& pending =
        pending_.try_emplace(source, Pending{chunk->whole, std::vector<Bytes>(chunk->count), 0})
            .first->second;
    Bytes& part = pending.parts[chunk->index];
    if (!part.empty()) return std::nullopt;
    part = to_bytes(chunk->part);
    bytes_ += part.size();
    if (++pending.received < chunk->count) return std::nullopt;
    Bytes message;
    for (const Bytes& piece : pending.parts)
        append(message, piece);
    forget(pending_.find(source));
    if (message.size() > most_ || sha256(message) != chunk->whole) return std::nullopt;
    return message;
}

void ChunkAssembler::make_room(const std::string& source, std::size_t bytes) {
    while (bytes_ + bytes > 3 * most_) {
        const auto other = std::find_if(pending_.begin(), pending_.end(),
                                        [&](const auto& entry) { return entry.first != source; });
        if (other == pending_.end()) return;  // a single message has its own bound
        forget(other);
    }
}

void ChunkAssembler::forget(std::map<std::string, Pending>::iterator pending) {
    for (const Bytes& part : pending->second.parts)
        bytes_ -= part.size();
    pending_.erase(pending);
}

}  // namespace fairfeed
