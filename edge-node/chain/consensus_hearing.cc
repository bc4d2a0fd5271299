#include "edge-node/chain/consensus_hearing.h"

#include "core/wire/chain_codec.h"
#include "core/wire/consensus_codec.h"

namespace fairfeed {
namespace {

Heard refused(Reject reason) {
    Heard heard;
    heard.verdict = unexpected(reason);
    return heard;
}

Heard claim(Height height) {
    Heard heard;
    heard.claimed = height;
    return heard;
}

Heard hear_proposal(const NodeId& sender, ByteView message, const ChainState& state,
                    const consensus::Replica* replica) {
    auto decoded = decode_proposal(message);
    if (!decoded) return refused(decoded.error());
    const Proposal& proposal = decoded->proposal;
    if (proposal.proposer != sender) return refused(Reject::wrong_topic);
    if (proposal.content.height > state.height + 1) return claim(proposal.content.height - 1);
    if (!state.is_validator(sender)) return refused(Reject::wrong_validators);
    if (proposal.content.height <= state.height || replica == nullptr) return {};
    if (replica->proposer(proposal.content.round) != sender) {
        return refused(Reject::wrong_proposer_turn);
    }
    if (auto ok = verify_proposal(proposal, state.network, *state.node_key(sender)); !ok) {
        return refused(ok.error());
    }
    Heard heard;
    heard.event = consensus::ProposalSeen{proposal};
    heard.outline = std::move(decoded->outline);
    return heard;
}

Heard hear_vote(VoteType type, const NodeId& sender, ByteView message, const ChainState& state) {
    auto vote = decode_vote(message);
    if (!vote) return refused(vote.error());
    if (vote->validator != sender || vote->content.type != type) {
        return refused(Reject::wrong_topic);
    }
    const bool is_ahead = vote->content.height > state.height + 1;
    Heard heard;
    if (is_ahead) heard = claim(vote->content.height - 1);
    if (!state.is_validator(sender)) {
        if (!is_ahead) return refused(Reject::wrong_validators);
        return heard;
    }
    if (vote->content.height <= state.height) return heard;
    heard.verdict = verify_vote(*vote, state.network, *state.node_key(sender));
    if (heard.verdict) heard.event = consensus::VoteSeen{std::move(*vote)};
    return heard;
}

Heard hear_certified(VoteType type, ByteView message, const ChainState& state) {
    auto certified = decode_certified_outline(message);
    if (!certified) return refused(certified.error());
    const VoteContent& content = certified->certificate.content;
    if (content.type != type || content.block != block_id(certified->outline.header)) {
        return refused(Reject::wrong_certificate);
    }
    Heard heard;
    if (content.height <= state.height) {
        heard.decided = std::move(certified->certificate);
        return heard;
    }
    if (content.height > state.height + 1) {
        return claim(type == VoteType::precommit ? content.height : content.height - 1);
    }
    if (auto ok = check_certificate(state, certified->certificate); !ok) {
        return refused(ok.error());
    }
    heard.outline = std::move(certified->outline);
    heard.event = consensus::CertificateSeen{std::move(certified->certificate)};
    return heard;
}

}  // namespace

Heard hear_consensus(Channel channel, const NodeId& sender, ByteView message,
                     const ChainState& state, const consensus::Replica* replica) {
    switch (channel) {
        case Channel::proposal:
            return hear_proposal(sender, message, state, replica);
        case Channel::prevote:
            return hear_vote(VoteType::prevote, sender, message, state);
        case Channel::precommit:
            return hear_vote(VoteType::precommit, sender, message, state);
        case Channel::polka:
            return hear_certified(VoteType::prevote, message, state);
        case Channel::commit:
            return hear_certified(VoteType::precommit, message, state);
        default:
            return refused(Reject::wrong_topic);
    }
}

}  // namespace fairfeed
