// The votes of one height: who prevoted and precommitted what in which round, with the signatures a
// certificate is made of. Bounded (A2): two values per validator, type and round, and only rounds
// within kRoundWindow of the current one, except what arrives as a whole certificate. It counts; it
// decides nothing. Owned by the replica.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "core/base/ids.h"
#include "core/model/certificate.h"

namespace fairfeed::consensus {

constexpr Round kRoundWindow = 128;
// Neither further ahead of the current round nor further behind than the window.
[[nodiscard]] bool within_window(Round round, Round current);

class VoteSet {
  public:
    VoteSet() = default;
    VoteSet(Height height, std::vector<NodeId> validators);

    struct Conflict {
        Vote first;
        Vote second;
    };
    // Counts a vote of this height by a validator; others are dropped. The conflict is given once
    // per validator, type and round.
    std::optional<Conflict> add(const Vote& vote, Round current);
    // Counts every witness that is a validator.
    std::vector<Conflict> add(const QuorumCertificate& certificate);
    // Remembers that a validator is in this round (its proposal shows it).
    void saw_round(const NodeId& validator, Round round);
    // Forgets the rounds that lie more than the window behind.
    void forget_before(Round current);

    [[nodiscard]] std::size_t quorum() const { return fairfeed::quorum(validators_.size()); }
    // Blocks (not nil) with a quorum in this round: at most one while no more than f validators
    // are faulty.
    [[nodiscard]] std::vector<Digest> quorums(VoteType type, Round round) const;
    [[nodiscard]] bool has_quorum(VoteType type, Round round,
                                  const std::optional<Digest>& block) const;
    // Validators from whom nothing more is to come for this (type, round): they voted there, or
    // have spoken in a later step or round (R10, R11).
    [[nodiscard]] std::size_t spoken(VoteType type, Round round) const;
    // The (f+1)-th largest round of the validators other than self; nullopt if fewer spoke (R2).
    [[nodiscard]] std::optional<Round> crowd_round(const NodeId& self) const;
    // Exactly a quorum of witnesses, the lowest names; nullopt without one.
    [[nodiscard]] std::optional<QuorumCertificate> certificate(VoteType type, Round round,
                                                               const Digest& block) const;
    // Rounds in which anybody cast a vote of this type, ascending.
    [[nodiscard]] std::vector<Round> rounds(VoteType type) const;
    [[nodiscard]] std::size_t count(VoteType type, Round round) const;  // validators, any value
    [[nodiscard]] std::size_t count(VoteType type, Round round, const Digest& block) const;
    // Its votes in the newest round of each type.
    [[nodiscard]] std::vector<Vote> of(const NodeId& validator) const;
    [[nodiscard]] bool is_validator(const NodeId& node) const;

  private:
    using Index = std::size_t;
    struct RoundVotes {
        std::map<std::optional<Digest>, std::map<Index, Signature>> by_value;
    };
    using Rounds = std::map<Round, RoundVotes>;

    [[nodiscard]] std::optional<Index> index_of(const NodeId& node) const;
    [[nodiscard]] const RoundVotes* find(VoteType type, Round round) const;
    [[nodiscard]] Rounds& of(VoteType type) { return votes_[type]; }
    std::optional<Conflict> insert(Index who, const Vote& vote, bool certified);

    Height height_ = 0;
    std::vector<NodeId> validators_;  // proposer order
    std::map<NodeId, Index> index_;
    std::map<VoteType, Rounds> votes_;
    std::map<Index, Round> newest_;  // highest round seen of each validator
};

}  // namespace fairfeed::consensus
