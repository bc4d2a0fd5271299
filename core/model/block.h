// A block: what is agreed on (A19, A23-A25). The id is SHA-256 of the canonical header and excludes
// the round; the transactions are bound by the Merkle root of their ids.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/model/certificate.h"
#include "core/model/transaction.h"

namespace fairfeed {

struct BlockHeader {
    std::uint32_t version = 1;
    Digest network;
    Height height = 0;
    std::int64_t time_ms = 0;  // Unix time; after the parent's (R20)
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
    std::optional<Certificate> parent_certificate;  // absent at heights 0 and 1
    bool operator==(const Block&) const = default;
};

// What a proposal carries beside its signature; bodies are pulled by id.
struct BlockOutline {
    BlockHeader header;
    std::vector<Digest> transactions;
    std::optional<Certificate> parent_certificate;
    bool operator==(const BlockOutline&) const = default;
};

// Block 0 and the genesis node's signature over its id (A53, A54); the trust anchor of everything.
struct GenesisBlock {
    Block block;
    Signature signature;
    bool operator==(const GenesisBlock&) const = default;
};

}  // namespace fairfeed
