#include "edge-node/consensus/proposal_set.h"

#include <algorithm>

#include "edge-node/consensus/vote_set.h"

namespace fairfeed::consensus {

namespace {

constexpr std::size_t kProposalsPerRound = 4;

}  // namespace

std::optional<ProposalSet::Conflict> ProposalSet::add(const Proposal& proposal) {
    std::vector<Proposal>& held = by_round_[proposal.content.round];
    const auto same = [&](const Proposal& other) { return other.content == proposal.content; };
    if (held.size() >= kProposalsPerRound || std::any_of(held.begin(), held.end(), same)) {
        return std::nullopt;
    }
    held.push_back(proposal);
    if (held.size() != 2) return std::nullopt;
    return Conflict{held[0], held[1]};
}

void ProposalSet::add_own(const Proposal& proposal) {
    by_round_[proposal.content.round].push_back(proposal);
}

void ProposalSet::forget_before(Round current) {
    if (current <= kRoundWindow) return;
    by_round_.erase(by_round_.begin(), by_round_.lower_bound(current - kRoundWindow));
}

const std::vector<Proposal>& ProposalSet::of(Round round) const {
    static const std::vector<Proposal> kNone;
    const auto held = by_round_.find(round);
    return held == by_round_.end() ? kNone : held->second;
}

std::vector<Proposal> ProposalSet::of(const NodeId& proposer) const {
    std::vector<Proposal> out;
    for (const auto& [round, proposals] : by_round_) {
        for (const Proposal& proposal : proposals)
            if (proposal.proposer == proposer) out.push_back(proposal);
    }
    return out;
}

}  // namespace fairfeed::consensus
