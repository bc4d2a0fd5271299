// Votes on a block id, and certificates, which are quorums of votes (Tendermint, arXiv:1807.04938;
// protocol 5). Plain data; wire/consensus_codec gives the bytes.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/ids.h"

namespace fairfeed {

enum class VoteType : std::uint8_t { prevote = 1, precommit = 2 };

// A vote without its voter.
struct VoteContent {
    VoteType type = VoteType::prevote;
    Height height = 0;
    Round round = 0;
    std::optional<Digest> block;  // nullopt: nil
    auto operator<=>(const VoteContent&) const = default;
};

// The signed part of a proposal. The body (header, transaction ids, parent's certificate) travels
// beside it and is bound by the block id.
struct ProposalContent {
    Height height = 0;
    Round round = 0;
    std::optional<Round> valid_round;  // nullopt: a new block
    Digest block;
    auto operator<=>(const ProposalContent&) const = default;
};

struct Proposal {
    ProposalContent content;
    NodeId proposer;
    Signature signature;
    bool operator==(const Proposal&) const = default;
};

struct Vote {
    VoteContent content;
    NodeId validator;
    Signature signature;
    bool operator==(const Vote&) const = default;
};

// A signature outside the id of the item it confirms: any valid signature serves.
struct Witness {
    NodeId node;
    Signature signature;
    bool operator==(const Witness&) const = default;
};

// A quorum of votes with one content; witnesses in ascending order of node, no node twice.
struct QuorumCertificate {
    VoteContent content;
    std::vector<Witness> witnesses;
    bool operator==(const QuorumCertificate&) const = default;
};

// n equal votes: f = floor((n-1)/3) faults are tolerated, q = ceil((n+f+1)/2) votes are needed.
// 2f+1 would be wrong: two such quorums of n = 6 need not share an honest node.
[[nodiscard]] constexpr std::size_t tolerated_faults(std::size_t n) {
    return n == 0 ? 0 : (n - 1) / 3;
}
[[nodiscard]] constexpr std::size_t quorum(std::size_t n) {
    return (n + tolerated_faults(n) + 2) / 2;
}

// A polka of more would not fit a node's safety record (R12).
constexpr std::size_t kMaxValidators = 64;
// Removals stop at the smallest network that tolerates a liar (R19).
constexpr std::size_t kFewestAfterRevocation = 4;

}  // namespace fairfeed
