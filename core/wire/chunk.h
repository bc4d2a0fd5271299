// Chunks of messages that are larger than an MQTT packet may be (64 KiB); smaller messages travel
// whole. A chunk names the digest of the whole message, so a message is reassembled exactly or not
// at all.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/bytes.h"

namespace fairfeed {

constexpr std::size_t kMaxPacketBytes = 60'000;      // of payload, below the broker's limit
constexpr std::size_t kMaxMessageBytes = 4'000'000;  // of a whole message

// One packet, or several if the message is larger than kMaxPacketBytes; none if it is larger than
// kMaxMessageBytes, because every receiver would refuse it.
[[nodiscard]] std::vector<Bytes> split_message(ByteView message);

// Reassembles chunks, one message at a time per source. Memory is bounded: if too many messages are
// incomplete, some are dropped.
class ChunkAssembler {
  public:
    // Returns the whole message if this packet completes one or is one; nullopt: still incomplete,
    // or refused.
    [[nodiscard]] std::optional<Bytes> add(const std::string& source, ByteView packet);
    [[nodiscard]] std::size_t bytes_held() const { return bytes_; }

  private:
    struct Pending {
        Digest whole;
        std::vector<Bytes> parts;
        std::size_t received = 0;
    };
    void make_room(const std::string& source, std::size_t bytes);
    void forget(std::map<std::string, Pending>::iterator pending);

    std::map<std::string, Pending> pending_;
    std::size_t bytes_ = 0;  // of all parts held
};

}  // namespace fairfeed
