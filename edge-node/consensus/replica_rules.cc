// R1-R9 of docs/chain-rules.md, in the order in which they are evaluated. Each function is one rule
// and says whether it changed anything; run_rules repeats them to the fixpoint.
#include <algorithm>

#include "edge-node/consensus/replica.h"

namespace fairfeed::consensus {

void Replica::run_rules() {
    if (height_ == 0) return;
    while (!decided_) {
        const bool changed = decide() || skip_round() || propose() || prevote_proposal() ||
                             lock() || late_polka() || precommit_nil();
        if (changed) continue;
        arm_timers();
        if (!fire_timers()) return;
    }
}

// R1: a quorum of precommits in any round.
bool Replica::decide() {
    for (const Round round : votes_.rounds(VoteType::precommit)) {
        for (const Digest& block : votes_.quorums(VoteType::precommit, round)) {
            const auto judged = verdict(block);
            if (judged && !judged->valid && contradicted_.insert(block).second) {
                effects_.push_back(
                    Contradicted{*votes_.certificate(VoteType::precommit, round, block)});
            }
            if (!judged || !judged->valid) continue;
            decided_ = true;
            propose_deadline_.reset();
            prevote_deadline_.reset();
            precommit_deadline_.reset();
            rebroadcast_deadline_.reset();
            effects_.push_back(
                Decide{block, *votes_.certificate(VoteType::precommit, round, block)});
            return true;
        }
    }
    return false;
}

// R2: more validators than can be faulty are further on.
bool Replica::skip_round() {
    const auto crowd = votes_.crowd_round(config_.self);
    if (!crowd || *crowd <= round_) return false;
    start_round(*crowd);
    return true;
}

// R3: our turn. What has a polka is proposed again, with the polka; else a block is asked for.
bool Replica::propose() {
    if (step_ != Step::propose || proposed_ || proposer(round_) != config_.self) return false;
    if (!may_sign()) return false;
    if (valid_ && valid_->round < round_) {
        report(votes_.add(*polka_));
        send_proposal(ProposalContent{height_, round_, valid_->round, valid_->block});
        send_polka();
        return true;
    }
    if (requested_) return false;
    requested_ = true;
    effects_.push_back(RequestBlock{height_, round_});
    return true;
}

// R4, R5: prevote for the first of the round's proposals on which there is an opinion.
bool Replica::prevote_proposal() {
    if (step_ != Step::propose) return false;
    const auto held = proposals_.find(round_);
    if (held == proposals_.end()) return false;
    for (const Proposal& proposal : held->second) {
        const auto good = opinion(proposal.content);
        if (!good) continue;
        vote(VoteType::prevote, *good ? std::optional(proposal.content.block) : std::nullopt);
        return true;
    }
    return false;
}

// nullopt: body, polka or the others' word for its time is not here yet; tPropose bounds the wait.
std::optional<bool> Replica::opinion(const ProposalContent& proposal) {
    const auto judged = verdict(proposal.block);
    if (proposal.valid_round &&
        !votes_.has_quorum(VoteType::prevote, *proposal.valid_round, proposal.block)) {
        return std::nullopt;
    }
    if (!judged) return std::nullopt;
    const bool free = !locked_ || locked_->block == proposal.block;
    if (!proposal.valid_round) {
        const bool good = judged->valid && free;
        return good ? timely(proposal.block, *judged) : false;
    }
    return judged->valid && (free || locked_->round <= *proposal.valid_round);
}

// R20: the bounds widen with the round, so that clocks that are wrong cost rounds, not life. Who
// does not know the time follows so many others that one of them is honest and knew, or followed
// one who did; and never one alone.
std::optional<bool> Replica::timely(const Digest& block, const Verdict& verdict) const {
    if (!verdict.time_ms) return true;
    switch (timeliness(*verdict.time_ms, round_, parent_, config_.share_notice_ms, now_)) {
        case Timeliness::timely:
            return true;
        case Timeliness::untimely:
            return false;
        case Timeliness::unknown:
            break;
    }
    const std::size_t enough = std::max<std::size_t>(2, tolerated_faults(validators_.size()) + 1);
    if (votes_.count(VoteType::prevote, round_, block) >= enough) return true;
    return std::nullopt;
}

// R7: a polka in this round. Locks and precommits once; afterwards it only marks the block valid.
bool Replica::lock() {
    if (step_ == Step::propose) return false;
    for (const Digest& block : votes_.quorums(VoteType::prevote, round_)) {
        const auto judged = verdict(block);
        if (!judged || !judged->valid) continue;
        const bool locks = step_ == Step::prevote;
        if (!locks && valid_ && valid_->round >= round_) continue;
        mark_valid(block, round_);
        if (locks) {
            locked_ = Marked{block, round_};
            vote(VoteType::precommit, block);
        }
        send_polka();
        return true;
    }
    return false;
}

// R8: a polka of an earlier round that came late.
bool Replica::late_polka() {
    for (const Round round : votes_.rounds(VoteType::prevote)) {
        if (round > round_ || (valid_ && round <= valid_->round)) continue;
        for (const Digest& block : votes_.quorums(VoteType::prevote, round)) {
            const auto judged = verdict(block);
            if (!judged || !judged->valid) continue;
            mark_valid(block, round);
            return true;
        }
    }
    return false;
}

// R9. A lock stays: only a newer polka for another block may overrule it (R5).
bool Replica::precommit_nil() {
    if (step_ != Step::prevote) return false;
    if (!votes_.has_quorum(VoteType::prevote, round_, std::nullopt)) return false;
    vote(VoteType::precommit, std::nullopt);
    return true;
}

void Replica::mark_valid(const Digest& block, Round round) {
    valid_ = Marked{block, round};
    polka_ = votes_.certificate(VoteType::prevote, round, block);
}

void Replica::send_polka() {
    if (polka_) effects_.push_back(SendPolka{*polka_});
}

}  // namespace fairfeed::consensus
