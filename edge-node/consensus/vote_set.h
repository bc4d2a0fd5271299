// The votes of one height, with the signatures that certificates consist of. Bounded (A2): at most
// two values for each validator, type and round, and no rounds further than kRoundWindow from the
// current round. Votes that arrive in a certificate pass both bounds. VoteSet counts votes and
// decides nothing. Owned by HeightInstance.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "core/base/ids.h"
#include "core/model/certificate.h"

namespace fairfeed::consensus {

constexpr Round kRoundWindow = 128;
// Whether the round is at most kRoundWindow ahead of the current round or behind it.
[[nodiscard]] bool within_window(Round round, Round current);

class VoteSet {
  public:
    VoteSet() = default;
    VoteSet(Height height, std::vector<NodeId> validators);

    struct Conflict {
        Vote first;
        Vote second;
    };
    // Counts a vote of this height by a validator. Every other vote is dropped. The result is the
    // conflict of the vote with an earlier one, once per validator, type and round.
    std::optional<Conflict> add(const Vote& vote, Round current);
    // Counts every witness that is a validator.
    std::vector<Conflict> add(const QuorumCertificate& certificate);
    // Remembers that a validator has reached this round: its proposal shows it.
    void saw_round(const NodeId& validator, Round round);
    // Forgets the rounds that lie more than the window behind.
    void forget_before(Round current);

    [[nodiscard]] const std::vector<NodeId>& validators() const { return validators_; }
    [[nodiscard]] std::size_t quorum() const { return fairfeed::quorum(validators_.size()); }
    // The blocks (not nil) with a quorum in this round. There is at most one while at most f
    // validators are faulty.
    [[nodiscard]] std::vector<Digest> quorums(VoteType type, Round round) const;
    [[nodiscard]] bool has_quorum(VoteType type, Round round,
                                  const std::optional<Digest>& block) const;
    // R10, R11: how many validators have spoken for this step. A validator has spoken if a vote of
    // this step, or of a later step or round, or a proposal of a later round, is known.
    [[nodiscard]] std::size_t spoken(VoteType type, Round round) const;
    // R2: the (f+1)-th largest round of the validators other than self. nullopt: at most f of them
    // have been seen.
    [[nodiscard]] std::optional<Round> crowd_round(const NodeId& self) const;
    // A certificate with exactly a quorum of witnesses, those with the lowest names. nullopt: there
    // is no quorum.
    [[nodiscard]] std::optional<QuorumCertificate> certificate(VoteType type, Round round,
                                                               const Digest& block) const;
    // The rounds with votes of this type, ascending.
    [[nodiscard]] std::vector<Round> rounds(VoteType type) const;
    [[nodiscard]] std::size_t count(VoteType type,
                                    Round round) const;  // voters, whatever they voted for
    [[nodiscard]] std::size_t count(VoteType type, Round round, const Digest& block) const;
    // The votes of a validator in its newest round of each type.
    [[nodiscard]] std::vector<Vote> of(const NodeId& validator) const;
    [[nodiscard]] bool is_validator(const NodeId& node) const;
    // R3: whose turn the round is.
    [[nodiscard]] const NodeId& proposer(Round round) const;

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
    std::map<Index, Round> newest_;  // the highest round seen of each validator
};

}  // namespace fairfeed::consensus
