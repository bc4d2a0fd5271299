#include "edge-node/chain/equivocations.h"

#include "core/wire/chain_codec.h"
#include "core/wire/consensus_codec.h"
#include "core/wire/evidence_codec.h"

namespace fairfeed {
namespace {

constexpr std::size_t kMostWords = 64;

}  // namespace

Result<Transaction, Reject> Equivocations::note(const consensus::ReportEquivocation& votes,
                                                const Digest& network) {
    say(votes.first.validator, votes.first.content.height, "voted");
    return make_evidence(Offence::two_votes, encode_vote(votes.first), encode_vote(votes.second),
                         network);
}

Result<Transaction, Reject> Equivocations::note(const consensus::ReportProposals& proposals,
                                                const Digest& network) {
    say(proposals.first.proposer, proposals.first.content.height, "proposed");
    return make_evidence(Offence::two_proposals, encode_signed_proposal(proposals.first),
                         encode_signed_proposal(proposals.second), network);
}

void Equivocations::say(const NodeId& validator, Height height, std::string_view what) {
    if (words_.size() >= kMostWords) return;
    words_.push_back("validator " + validator.str() + ' ' + std::string(what) +
                     " twice in one round of height " + std::to_string(height));
}

}  // namespace fairfeed
