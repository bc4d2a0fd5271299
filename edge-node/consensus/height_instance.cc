// The rules stand in the order in which advance() evaluates them. What is heard comes before them,
// what is said after them.
#include "edge-node/consensus/height_instance.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "edge-node/consensus/polka_bitmap.h"
#include "edge-node/consensus/proposal_rules.h"

namespace fairfeed::consensus {

namespace {

void report(const std::optional<VoteSet::Conflict>& conflict, Turn& turn) {
    if (conflict) turn.effects.push_back(ReportEquivocation{conflict->first, conflict->second});
}

void report(const std::vector<VoteSet::Conflict>& conflicts, Turn& turn) {
    for (const VoteSet::Conflict& conflict : conflicts)
        turn.effects.push_back(ReportEquivocation{conflict.first, conflict.second});
}

void send_polka(const BlockLock& lock, Turn& turn) {
    if (lock.polka()) turn.effects.push_back(SendPolka{*lock.polka()});
}

}  // namespace

HeightInstance::HeightInstance(const NodeId& self, const Timers& timers,
                               std::int64_t share_notice_ms, const HeightStarts& start)
    : self_(self),
      share_notice_ms_(share_notice_ms),
      height_(start.height),
      parent_(start.parent),
      votes_(start.height, start.validators),
      timers_(timers),
      rebroadcast_(self, timers) {
    CHECK(!start.validators.empty() && start.validators.size() <= kMaxValidators);
}

// ---- what is heard ----

void HeightInstance::hear(const Proposal& proposal, Turn& turn) {
    const ProposalContent& content = proposal.content;
    const NodeId& sender = proposal.proposer;
    if (content.height != height_ || decided_) return;
    if (content.valid_round && *content.valid_round >= content.round) return;
    if (sender == self_ || sender != votes_.proposer(content.round)) return;
    wake();
    blocks_.outline_came(content.block);
    votes_.saw_round(sender, content.round);
    if (!within_window(content.round, round_)) return;
    const auto conflict = proposals_.add(proposal);
    if (conflict) turn.effects.push_back(ReportProposals{conflict->first, conflict->second});
}

void HeightInstance::hear(const Vote& vote, Turn& turn) {
    if (vote.content.height != height_ || decided_) return;
    wake();
    report(votes_.add(vote, round_), turn);
}

void HeightInstance::hear(const QuorumCertificate& certificate, Turn& turn) {
    const VoteContent& content = certificate.content;
    if (!content.block || content.height != height_ || decided_) return;
    wake();
    turn.signatory.check(certificate);
    blocks_.outline_came(*content.block);
    report(votes_.add(certificate), turn);
}

void HeightInstance::judged(const BlockJudged& event) {
    blocks_.judged(event.block, event.valid, event.time_ms);
}

void HeightInstance::built(const BlockBuilt& event, Turn& turn) {
    const bool in_time = event.height == height_ && event.round == round_ && !decided_ &&
                         step_ == Step::propose && own_proposal_ == OwnProposal::requested &&
                         !lock_.valid();
    if (!in_time) return;
    blocks_.built(event.block);
    wake();
    send_proposal(ProposalContent{height_, round_, std::nullopt, event.block}, turn);
}

// ---- the rules ----

void HeightInstance::advance(Turn& turn) {
    while (!decided_) {
        const bool changed = decide(turn) || skip_round() || propose(turn) ||
                             prevote_proposal(turn) || lock(turn) || late_polka(turn) ||
                             precommit_nil(turn);
        if (changed) continue;
        arm_timers(turn.now);
        if (!fire_timers(turn)) break;
    }
    if (!rebroadcast_.is_due(turn.now)) return;
    send_again(turn);
    rebroadcast_.sent(turn.now);
}

// R1: a quorum of precommits in any round.
bool HeightInstance::decide(Turn& turn) {
    for (const Round round : votes_.rounds(VoteType::precommit)) {
        for (const Digest& block : votes_.quorums(VoteType::precommit, round)) {
            const auto known = verdict(block, turn);
            if (!known) continue;
            const auto certificate = *votes_.certificate(VoteType::precommit, round, block);
            if (!known->valid) {
                if (blocks_.contradict(block)) turn.effects.push_back(Contradicted{certificate});
                continue;
            }
            decided_ = true;
            timers_.disarm_all();
            rebroadcast_.stop();
            turn.effects.push_back(Decide{block, certificate});
            return true;
        }
    }
    return false;
}

// R2: more than f validators are in a later round.
bool HeightInstance::skip_round() {
    const auto crowd = votes_.crowd_round(self_);
    if (!crowd || *crowd <= round_) return false;
    start_round(*crowd);
    return true;
}

// R3: the round is this validator's turn. It proposes the valid block again, with the polka. If
// there is no valid block, it asks for a new block.
bool HeightInstance::propose(Turn& turn) {
    if (step_ != Step::propose || own_proposal_ == OwnProposal::made) return false;
    if (votes_.proposer(round_) != self_ || !may_sign(turn)) return false;
    const auto& valid = lock_.valid();
    if (valid && valid->round < round_) {
        report(votes_.add(*lock_.polka()), turn);
        send_proposal(ProposalContent{height_, round_, valid->round, valid->block}, turn);
        send_polka(lock_, turn);
        return true;
    }
    if (own_proposal_ == OwnProposal::requested) return false;
    own_proposal_ = OwnProposal::requested;
    turn.effects.push_back(RequestBlock{height_, round_});
    return true;
}

// R4, R5: prevotes on the first of the round's proposals that needs no more waiting.
bool HeightInstance::prevote_proposal(Turn& turn) {
    if (step_ != Step::propose) return false;
    const TimeBounds bounds{parent_, share_notice_ms_, turn.now};
    for (const Proposal& proposal : proposals_.of(round_)) {
        const ProposalContent& content = proposal.content;
        const auto good = opinion(content, verdict(content.block, turn), lock_, votes_, bounds);
        if (!good) continue;
        vote(VoteType::prevote, *good ? std::optional(content.block) : std::nullopt, turn);
        return true;
    }
    return false;
}

// R7: a polka in this round. In step prevote it locks the block and precommits it. In step
// precommit it only marks the block valid.
bool HeightInstance::lock(Turn& turn) {
    if (step_ == Step::propose) return false;
    for (const Digest& block : votes_.quorums(VoteType::prevote, round_)) {
        const auto known = verdict(block, turn);
        if (!known || !known->valid) continue;
        const bool locks = step_ == Step::prevote;
        if (!locks && lock_.valid() && lock_.valid()->round >= round_) continue;
        mark_valid(block, round_);
        if (locks) {
            lock_.set_locked(Marked{block, round_});
            vote(VoteType::precommit, block, turn);
        }
        send_polka(lock_, turn);
        return true;
    }
    return false;
}

// R8: a polka of an earlier round that came late.
bool HeightInstance::late_polka(Turn& turn) {
    for (const Round round : votes_.rounds(VoteType::prevote)) {
        if (round > round_ || (lock_.valid() && round <= lock_.valid()->round)) continue;
        for (const Digest& block : votes_.quorums(VoteType::prevote, round)) {
            const auto known = verdict(block, turn);
            if (!known || !known->valid) continue;
            mark_valid(block, round);
            return true;
        }
    }
    return false;
}

// R9. The lock stays: only a newer polka for another block may overrule the lock (R5).
bool HeightInstance::precommit_nil(Turn& turn) {
    if (step_ != Step::prevote) return false;
    if (!votes_.has_quorum(VoteType::prevote, round_, std::nullopt)) return false;
    vote(VoteType::precommit, std::nullopt, turn);
    return true;
}

// R10 and R11 count every validator that has spoken in this step or later (VoteSet::spoken): a
// validator in a later step or round will not vote here again, and its vote here may be lost.
void HeightInstance::arm_timers(Instant now) {
    if (step_ == Step::propose) timers_.arm(Timeout::propose, now);
    if (step_ == Step::prevote && !timers_.is_armed(Timeout::prevote) &&
        votes_.spoken(VoteType::prevote, round_) >= votes_.quorum()) {
        timers_.arm(Timeout::prevote, now);
    }
    if (!timers_.is_armed(Timeout::precommit) &&
        votes_.spoken(VoteType::precommit, round_) >= votes_.quorum()) {
        timers_.arm(Timeout::precommit, now);
    }
}

bool HeightInstance::fire_timers(Turn& turn) {
    const auto due = timers_.due(turn.now);
    if (!due) return false;
    switch (*due) {
        case Timeout::precommit:
            start_round(round_ + 1);
            break;
        case Timeout::prevote:
            vote(VoteType::precommit, std::nullopt, turn);
            break;
        case Timeout::propose:
            vote(VoteType::prevote, std::nullopt, turn);
            break;
    }
    return true;
}

// ---- what is said ----

void HeightInstance::start_round(Round round) {
    round_ = round;
    step_ = Step::propose;
    own_proposal_ = OwnProposal::none;
    timers_.start_round(round);
    votes_.forget_before(round);
    proposals_.forget_before(round);
}

bool HeightInstance::may_sign(const Turn& turn) const {
    return turn.signatory.may_sign(height_) && votes_.is_validator(self_);
}

void HeightInstance::send_proposal(const ProposalContent& content, Turn& turn) {
    own_proposal_ = OwnProposal::made;
    if (!may_sign(turn)) return;
    const auto proposal = turn.signatory.sign(content);
    if (!proposal) return;
    proposals_.add_own(*proposal);
    turn.effects.push_back(SendProposal{*proposal});
    record(turn);
}

void HeightInstance::vote(VoteType type, const std::optional<Digest>& block, Turn& turn) {
    if (type == VoteType::prevote) {
        step_ = Step::prevote;
        timers_.disarm(Timeout::propose);
    } else {
        step_ = Step::precommit;
        timers_.disarm(Timeout::prevote);
    }
    if (!may_sign(turn)) return;
    const auto own = turn.signatory.sign(VoteContent{type, height_, round_, block});
    if (!own) return;
    report(votes_.add(*own, round_), turn);
    turn.effects.push_back(SendVote{*own});
    record(turn);
}

void HeightInstance::record(Turn& turn) {
    SafetyRecord place;
    place.height = height_;
    place.round = round_;
    place.step = step_;
    place.locked = lock_.locked();
    if (lock_.polka()) {
        place.valid = lock_.valid();
        place.polka = pack_polka(*lock_.polka(), votes_.validators());
    }
    turn.signatory.record(std::move(place));
    rebroadcast_.begin(turn.now);
}

// A proposal is never rebuilt: a second proposal of one round would be an equivocation.
void HeightInstance::resume(const SafetyRecord& record, Turn& turn) {
    // A record without statements in round 0 leaves an idle network idle (R16).
    if (record.proposal || record.prevote || record.precommit || record.round > 0) wake();
    start_round(record.round);
    step_ = record.step;
    lock_.set_locked(record.locked);
    if (const auto polka = unpack_polka(record, votes_.validators())) {
        report(votes_.add(*polka), turn);
        const VoteContent& content = polka->content;
        if (votes_.has_quorum(content.type, content.round, content.block))
            mark_valid(*content.block, content.round);
    }
    const Statements& said = turn.signatory.said();
    if (said.proposal) {
        own_proposal_ = OwnProposal::made;
        proposals_.add_own(*said.proposal);
    }
    if (said.prevote) report(votes_.add(*said.prevote, round_), turn);
    if (said.precommit) report(votes_.add(*said.precommit, round_), turn);
    send_again(turn);
    rebroadcast_.begin(turn.now);
}

void HeightInstance::send_again(Turn& turn) const {
    const Statements& said = turn.signatory.said();
    if (said.height == height_ && may_sign(turn)) {
        if (said.proposal) turn.effects.push_back(SendProposal{*said.proposal});
        if (said.prevote) turn.effects.push_back(SendVote{*said.prevote});
        if (said.precommit) turn.effects.push_back(SendVote{*said.precommit});
    }
    send_polka(lock_, turn);
}

void HeightInstance::mark_valid(const Digest& block, Round round) {
    lock_.mark_valid(*votes_.certificate(VoteType::prevote, round, block));
}

std::optional<Verdict> HeightInstance::verdict(const Digest& block, Turn& turn) {
    const auto known = blocks_.of(block);
    if (!known && blocks_.ask(block)) turn.effects.push_back(JudgeBlock{block});
    return known;
}

Snapshot HeightInstance::snapshot() const {
    Snapshot out;
    out.height = height_;
    out.round = round_;
    out.step = step_;
    out.locked = lock_.locked();
    out.valid = lock_.valid();
    out.awake = timers_.is_awake();
    out.decided = decided_;
    out.validators = votes_.validators().size();
    out.prevotes = votes_.count(VoteType::prevote, round_);
    out.precommits = votes_.count(VoteType::precommit, round_);
    out.proposer = votes_.proposer(round_);
    return out;
}

std::optional<std::int64_t> HeightInstance::next_deadline_ms() const {
    const auto timer = timers_.next_deadline_ms();
    const auto again = rebroadcast_.deadline_ms();
    if (timer && again) return std::min(*timer, *again);
    return timer ? timer : again;
}

}  // namespace fairfeed::consensus
