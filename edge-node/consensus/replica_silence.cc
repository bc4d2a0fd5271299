// When this node must not sign: a safety record that may not hold all that was said (R23), the same
// key at work elsewhere, and a chain that contradicts us (R24). What is said here is durable before
// anything else is said, and holds after a restart.
#include <algorithm>

#include "core/base/check.h"
#include "edge-node/consensus/replica.h"

namespace fairfeed::consensus {

bool Replica::may_sign() const {
    if (halt_ || !votes_.is_validator(config_.self)) return false;
    return !silence_ || (silence_->until && height_ > *silence_->until);
}

void Replica::remember_standing() {
    write(last_record_);
}

// Lock and polka are not known for what somebody else had to tell us.
void Replica::remember_adopted() {
    const Statements& said = guard_.said();
    SafetyRecord record;
    record.height = said.height;
    record.round = said.round;
    if (said.proposal) {
        const ProposalContent& content = said.proposal->content;
        record.proposal =
            SafetyRecord::OwnProposal{content.valid_round, content.block, said.proposal->signature};
    }
    if (said.prevote) {
        record.step = Step::prevote;
        record.prevote =
            SafetyRecord::OwnVote{said.prevote->content.block, said.prevote->signature};
    }
    if (said.precommit) {
        record.step = Step::precommit;
        record.precommit =
            SafetyRecord::OwnVote{said.precommit->content.block, said.precommit->signature};
    }
    write(std::move(record));
    if (height_ == 0) restored_ = last_record_;
}

void Replica::on(const RecordMistrusted& event) {
    if (silence_ && !silence_->until) return;
    silence_ = Silence{event.reason, std::nullopt};
    remember_standing();
}

void Replica::on(const Trusted& event) {
    if (!silence_ || silence_->until) return;
    silence_->until = std::max(event.until, guard_.said().height);
    remember_standing();
}

void Replica::on(const MistrustForgiven& /*event*/) {
    CHECK(height_ == 0);
    forgiving_ = true;
    if (!silence_) return;
    silence_.reset();
    remember_standing();
}

void Replica::on(const Halted& event) {
    if (halt_) return;
    halt_ = event.halt;
    remember_standing();
}

// Statements from before the loss may turn up while we are silent.
bool Replica::expects_own(Height height) const {
    return silence_ && (!silence_->until || height <= *silence_->until);
}

void Replica::doubt_own(Height height) {
    if (forgiving_ || expects_own(height)) return;
    silence_ = Silence{SilenceReason::outdated, std::nullopt};
}

void Replica::on(const OwnVoteShown& event) {
    if (!guard_.is_news(event.vote.content)) return;
    doubt_own(event.vote.content.height);
    guard_.adopt(event.vote);
    remember_adopted();
}

void Replica::on(const OwnProposalShown& event) {
    if (!guard_.is_news(event.proposal.content)) return;
    doubt_own(event.proposal.content.height);
    guard_.adopt(event.proposal);
    remember_adopted();
}

// A certificate of the height being decided names us for something we have not said: our key is at
// work in two places.
void Replica::look_for_own(const QuorumCertificate& certificate) {
    if (halt_ || !guard_.is_news(certificate.content)) return;
    for (const Witness& witness : certificate.witnesses) {
        if (witness.node != config_.self) continue;
        if (expects_own(certificate.content.height)) {
            guard_.adopt(Vote{certificate.content, witness.node, witness.signature});
            remember_adopted();
            return;
        }
        const Statements& said = guard_.said();
        const auto& own =
            certificate.content.type == VoteType::prevote ? said.prevote : said.precommit;
        halt_ = Halt{HaltReason::same_key_elsewhere, certificate.content.height,
                     own && own->content.block ? *own->content.block : Digest{},
                     certificate.content.block.value_or(Digest{})};
        remember_standing();
        return;
    }
}

Statements Replica::statements_of(const NodeId& validator) const {
    Statements out;
    for (const auto& [round, proposals] : proposals_) {
        for (const Proposal& proposal : proposals)
            if (proposal.proposer == validator) out.take(proposal);
    }
    for (const Vote& vote : votes_.of(validator))
        out.take(vote);
    for (const Vote& vote : future_.of(validator))
        out.take(vote);
    return out;
}

}  // namespace fairfeed::consensus
