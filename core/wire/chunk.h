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
#include "core/model/network.h"

namespace fairfeed {

constexpr std::size_t kMaxPacketBytes = 60'000;  // of payload, below the broker's limit
// Of a whole message in the largest network. Each network has its own limit (core/model/network.h).
constexpr std::size_t kMaxMessageBytes = max_message_bytes(kMaxBlockTransactions);

// One packet, or several if the message is larger than kMaxPacketBytes; none if it is larger than
// `most`, the network's limit, because every receiver would refuse it.
[[nodiscard]] std::vector<Bytes> split_message(ByteView message, std::size_t most);

// Reassembles chunks, one message at a time per source. Memory is bounded: if too many messages are
// incomplete, some are dropped.
class ChunkAssembler {
  public:
    // `most`: bytes of a whole message, the network's limit. It holds three times as much at most.
    explicit ChunkAssembler(std::size_t most) : most_(most) {}
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

    std::size_t most_;
    std::map<std::string, Pending> pending_;
    std::size_t bytes_ = 0;  // of all parts held
};

}  // namespace fairfeed
