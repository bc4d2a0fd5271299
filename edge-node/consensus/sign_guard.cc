#include "edge-node/consensus/sign_guard.h"

#include <tuple>
#include <utility>

#include "core/base/check.h"
#include "core/wire/consensus_codec.h"

namespace fairfeed::consensus {

SignGuard::SignGuard(NodeId self, const Digest& network, const Signer& signer)
    : self_(std::move(self)), network_(network), signer_(signer) {}

std::optional<Proposal> SignGuard::sign(const ProposalContent& content) {
    if (!said_.advance_to(content.height, content.round)) return std::nullopt;
    if (said_.proposal) {
        return said_.proposal->content == content ? said_.proposal : std::nullopt;
    }
    if (said_.prevote || said_.precommit) return std::nullopt;
    const Bytes message = proposal_to_be_signed(content, self_, network_);
    said_.proposal = Proposal{content, self_, signer_.sign(message)};
    return said_.proposal;
}

std::optional<Vote> SignGuard::sign(const VoteContent& content) {
    if (!said_.advance_to(content.height, content.round)) return std::nullopt;
    std::optional<Vote>& slot = content.type == VoteType::prevote ? said_.prevote : said_.precommit;
    if (slot) return slot->content == content ? slot : std::nullopt;
    if (content.type == VoteType::prevote && said_.precommit) return std::nullopt;
    slot = Vote{content, self_, signer_.sign(vote_to_be_signed(content, self_, network_))};
    return slot;
}

bool SignGuard::is_missing(const VoteContent& content) const {
    const auto shown = std::tie(content.height, content.round);
    const auto reached = std::tie(said_.height, said_.round);
    if (shown != reached) return shown > reached;
    const auto& slot = content.type == VoteType::prevote ? said_.prevote : said_.precommit;
    return !slot || slot->content != content;
}

bool SignGuard::is_missing(const ProposalContent& content) const {
    const auto shown = std::tie(content.height, content.round);
    const auto reached = std::tie(said_.height, said_.round);
    if (shown != reached) return shown > reached;
    return !said_.proposal || said_.proposal->content != content;
}

void SignGuard::adopt(const Vote& vote) {
    said_.take(vote);
}

void SignGuard::adopt(const Proposal& proposal) {
    said_.take(proposal);
}

void SignGuard::restore(const Statements& said) {
    CHECK(said_ == Statements{});
    said_ = said;
}

}  // namespace fairfeed::consensus
