// A block, the unit of agreement (paper A19, A23-A25). The id is SHA-256 of the canonical header
// and excludes the round; the Merkle root in the header binds the transactions' ids.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/model/certificate.h"
#include "core/model/transaction.h"

namespace fairfeed {

// If the chain's time has run ahead, a block may set it back, but only by more than this (R20).
constexpr std::int64_t kTimeCorrectionMs = 60'000;
// Limit of a header's time, positive and negative: the year 10000.
constexpr std::int64_t kMaxHeaderTimeMs = 253'402'300'800'000;

[[nodiscard]] constexpr bool is_header_time(std::int64_t time_ms) {
    return time_ms >= -kMaxHeaderTimeMs && time_ms <= kMaxHeaderTimeMs;
}
[[nodiscard]] constexpr bool sets_time_back(std::int64_t parent_ms, std::int64_t time_ms) {
    return time_ms < parent_ms - kTimeCorrectionMs;
}
// Whether a block of this time may follow one of that time. The voters judge whether the time is
// right (R20).
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

// The unsigned part of a proposal; the bodies are requested by id.
struct BlockOutline {
    BlockHeader header;
    std::vector<Digest> transactions;
    std::optional<QuorumCertificate> parent_certificate;
    bool operator==(const BlockOutline&) const = default;
};

// Block 0, the genesis node's signature over its id, and the approvals of the officers whom GENESIS
// names (paper A53, A54): the root of trust.
struct GenesisBlock {
    Block block;
    Signature signature;
    std::vector<Witness> approvals;  // ascending by officer, as many as the threshold
    bool operator==(const GenesisBlock&) const = default;
};

}  // namespace fairfeed
