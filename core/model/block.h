// A block: what is agreed on (paper A19, A23-A25). The id is SHA-256 of the canonical header and
// excludes the round; the transactions are bound by the Merkle root of their ids.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/model/certificate.h"
#include "core/model/transaction.h"

namespace fairfeed {

// A chain whose time has run ahead is set back by more than this, or not at all (R20).
constexpr std::int64_t kTimeCorrectionMs = 60'000;
// Beyond it, up or down, no header's time may be: the year 10000.
constexpr std::int64_t kMaxHeaderTimeMs = 253'402'300'800'000;

[[nodiscard]] constexpr bool is_header_time(std::int64_t time_ms) {
    return time_ms >= -kMaxHeaderTimeMs && time_ms <= kMaxHeaderTimeMs;
}
[[nodiscard]] constexpr bool sets_time_back(std::int64_t parent_ms, std::int64_t time_ms) {
    return time_ms < parent_ms - kTimeCorrectionMs;
}
// May a block of this time follow one of that time? Whether it is the right time is for those to
// judge who vote on it (R20).
[[nodiscard]] constexpr bool may_follow(std::int64_t parent_ms, std::int64_t time_ms) {
    return is_header_time(time_ms) && (time_ms > parent_ms || sets_time_back(parent_ms, time_ms));
}

struct BlockHeader {
    std::uint32_t version = 1;
    Digest network;
    Height height = 0;
    std::int64_t time_ms = 0;  // Unix time; see may_follow
    Digest parent;             // id of the block before; zeros for block 0
    NodeId proposer;           // the original builder
    std::uint32_t epoch = 0;   // of the validator set
    Digest validators;         // SHA-256 of their canonical list
    Digest transactions_root;
    std::uint32_t transaction_count = 0;
    Digest app_hash;            // public state after height - 1; zeros in block 0
    Digest parent_certificate;  // SHA-256 of the certificate carried; zeros at heights 0 and 1
    bool operator==(const BlockHeader&) const = default;
};

struct Block {
    BlockHeader header;
    std::vector<Transaction> transactions;
    std::optional<QuorumCertificate> parent_certificate;  // absent at heights 0 and 1
    bool operator==(const Block&) const = default;
};

// What a proposal carries beside its signature; bodies are pulled by id.
struct BlockOutline {
    BlockHeader header;
    std::vector<Digest> transactions;
    std::optional<QuorumCertificate> parent_certificate;
    bool operator==(const BlockOutline&) const = default;
};

// Block 0 and the genesis node's signature over its id (paper A53, A54): the anchor of trust.
struct GenesisBlock {
    Block block;
    Signature signature;
    bool operator==(const GenesisBlock&) const = default;
};

}  // namespace fairfeed
