// What validators sign: votes on a block id, and certificates, which are quorums of them
// (Tendermint, arXiv:1807.04938; protocol 5). Plain data; wire/consensus_codec gives the bytes.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/ids.h"

namespace fairfeed {

enum class VoteType : std::uint8_t { prevote = 1, precommit = 2 };

// What a vote says, without who says it.
struct VoteContent {
    VoteType type = VoteType::prevote;
    Height height = 0;
    Round round = 0;
    std::optional<Digest> block;  // nullopt: nil
    auto operator<=>(const VoteContent&) const = default;
};

// What a proposer signs; the body (header, transaction ids, parent's certificate) travels beside it
// and is bound by the block id.
struct ProposalContent {
    Height height = 0;
    Round round = 0;
    std::optional<Round> valid_round;  // nullopt: a fresh block
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

// A signature outside the id of what it vouches for: any valid one is equally good.
struct Witness {
    NodeId node;
    Signature signature;
    bool operator==(const Witness&) const = default;
};

// A quorum of votes with one content; witnesses in ascending order of node, each once.
struct QuorumCertificate {
    VoteContent content;
    std::vector<Witness> witnesses;
    bool operator==(const QuorumCertificate&) const = default;
};

// n equal votes: f = floor((n-1)/3) tolerated, q = ceil((n+f+1)/2) needed. Never 2f+1: two such
// quorums of n = 6 need not share an honest node.
[[nodiscard]] constexpr std::size_t tolerated_faults(std::size_t n) {
    return n == 0 ? 0 : (n - 1) / 3;
}
[[nodiscard]] constexpr std::size_t quorum(std::size_t n) {
    return (n + tolerated_faults(n) + 2) / 2;
}

// More would not fit a node's safety record (R12), which holds a polka of them.
constexpr std::size_t kMaxValidators = 64;
// A network never shrinks below the smallest one that tolerates a liar (R19).
constexpr std::size_t kFewestAfterRevocation = 4;

}  // namespace fairfeed
