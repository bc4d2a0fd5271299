#include "edge-node/consensus/proposal_rules.h"

#include <algorithm>

namespace fairfeed::consensus {

namespace {

// R20. The bounds widen with the round: wrong clocks delay a block and cannot prevent it. A
// validator that does not know the time follows more than f others, and at least two. One of those
// is honest, and either knew the time or followed others in the same way.
std::optional<bool> timely(const ProposalContent& proposal, const Verdict& verdict,
                           const VoteSet& votes, const TimeBounds& bounds) {
    if (!verdict.time_ms) return true;
    switch (timeliness(*verdict.time_ms, proposal.round, bounds.parent, bounds.share_notice_ms,
                       bounds.now)) {
        case Timeliness::timely:
            return true;
        case Timeliness::untimely:
            return false;
        case Timeliness::unknown:
            break;
    }
    const std::size_t enough =
        std::max<std::size_t>(2, tolerated_faults(votes.validators().size()) + 1);
    if (votes.count(VoteType::prevote, proposal.round, proposal.block) >= enough) return true;
    return std::nullopt;
}

}  // namespace

std::optional<bool> opinion(const ProposalContent& proposal, const std::optional<Verdict>& verdict,
                            const BlockLock& lock, const VoteSet& votes, const TimeBounds& bounds) {
    if (proposal.valid_round &&
        !votes.has_quorum(VoteType::prevote, *proposal.valid_round, proposal.block)) {
        return std::nullopt;
    }
    if (!verdict) return std::nullopt;
    const bool good = verdict->valid && lock.permits(proposal);
    if (proposal.valid_round || !good) return good;
    return timely(proposal, *verdict, votes, bounds);
}

}  // namespace fairfeed::consensus
