// The frame of a step: events in, the round's bookkeeping, statements out. The rules themselves
// are in replica_rules.cc, timers and re-gossip in replica_timers.cc, restart in
// replica_restore.cc.
#include "edge-node/consensus/replica.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"

namespace fairfeed::consensus {

namespace {

constexpr std::size_t kProposalsPerRound = 4;

}  // namespace

Replica::Replica(ReplicaConfig config, const Signer& signer)
    : config_(std::move(config)), guard_(config_.self, config_.network, signer) {}

Effects Replica::step(const Event& event, Instant now) {
    now_ = now;
    effects_.clear();
    record_.reset();
    std::visit([this](const auto& seen) { on(seen); }, event);
    run_rules();
    if (rebroadcast_deadline_ && *rebroadcast_deadline_ <= now_.steady_ms) rebroadcast();
    if (record_) effects_.insert(effects_.begin(), PersistSafety{std::move(*record_)});
    return std::exchange(effects_, {});
}

bool Replica::is_for_now(Height height) {
    if (height_ == 0 || height != height_ || decided_) return false;
    wake();
    return true;
}

bool Replica::is_from_another(const NodeId& sender) const {
    return height_ != 0 && sender != config_.self && votes_.is_validator(sender);
}

void Replica::on(const ProposalSeen& event) {
    const ProposalContent& content = event.proposal.content;
    const NodeId& sender = event.proposal.proposer;
    if (content.valid_round && *content.valid_round >= content.round) return;
    if (content.height == height_ && height_ != 0 && proposer(content.round) != sender) return;
    if (!is_from_another(sender) || !is_for_now(content.height)) return;
    asked_.erase(content.block);
    votes_.saw_round(sender, content.round);
    if (!within_window(content.round, round_)) return;
    std::vector<Proposal>& held = proposals_[content.round];
    const auto same = [&](const Proposal& other) { return other.content == content; };
    if (held.size() >= kProposalsPerRound || std::any_of(held.begin(), held.end(), same)) return;
    held.push_back(event.proposal);
    if (held.size() == 2) effects_.push_back(ReportProposals{held[0], held[1]});
}

void Replica::on(const VoteSeen& event) {
    const Vote& vote = event.vote;
    const Height height = vote.content.height;
    if (!is_from_another(vote.validator)) return;
    if (height > height_ && height - height_ <= FutureBuffer::kHeightsAhead) future_.add(vote);
    if (is_for_now(height)) report_one(votes_.add(vote, round_));
}

void Replica::on(const CertificateSeen& event) {
    if (!event.certificate.content.block) return;
    if (!is_for_now(event.certificate.content.height)) return;
    look_for_own(event.certificate);
    asked_.erase(*event.certificate.content.block);
    report(votes_.add(event.certificate));
}

void Replica::on(const BlockJudged& event) {
    verdicts_.emplace(event.block, Verdict{event.valid, event.time_ms});
}

void Replica::on(const BlockBuilt& event) {
    const bool in_time = event.height == height_ && event.round == round_ && !decided_ &&
                         step_ == Step::propose && requested_ && !proposed_ && !valid_;
    if (!in_time) return;
    verdicts_[event.block] = Verdict{true, std::nullopt};
    wake();
    send_proposal(ProposalContent{height_, round_, std::nullopt, event.block});
}

void Replica::on(const WorkExists& /*event*/) {
    wake();
}

void Replica::on(const TimePassed& /*event*/) {}

void Replica::on(const HeightStarts& event) {
    CHECK(event.height > height_);
    CHECK(!event.validators.empty() && event.validators.size() <= kMaxValidators);
    height_ = event.height;
    forgiving_ = false;
    validators_ = event.validators;
    parent_ = event.parent;
    locked_.reset();
    valid_.reset();
    polka_.reset();
    votes_ = VoteSet(height_, validators_);
    proposals_.clear();
    verdicts_.clear();
    asked_.clear();
    contradicted_.clear();
    awake_ = false;
    decided_ = false;
    rebroadcast_deadline_.reset();
    start_round(0);
    if (restored_ && restored_->height < height_) restored_.reset();
    if (restored_ && restored_->height == height_) resume(*std::exchange(restored_, std::nullopt));
    for (const Vote& waiting : future_.take(height_))
        on(VoteSeen{waiting});
}

void Replica::start_round(Round round) {
    round_ = round;
    step_ = Step::propose;
    requested_ = false;
    proposed_ = false;
    propose_deadline_.reset();
    prevote_deadline_.reset();
    precommit_deadline_.reset();
    votes_.forget_before(round);
    if (round > kRoundWindow) {
        proposals_.erase(proposals_.begin(), proposals_.lower_bound(round - kRoundWindow));
    }
}

void Replica::send_proposal(const ProposalContent& content) {
    proposed_ = true;
    if (!may_sign()) return;
    const auto proposal = guard_.sign(content);
    if (!proposal) return;
    proposals_[round_].push_back(*proposal);
    effects_.push_back(SendProposal{*proposal});
    remember();
}

void Replica::vote(VoteType type, const std::optional<Digest>& block) {
    if (type == VoteType::prevote) {
        step_ = Step::prevote;
        propose_deadline_.reset();
    } else {
        step_ = Step::precommit;
        prevote_deadline_.reset();
    }
    if (!may_sign()) return;
    const auto own = guard_.sign(VoteContent{type, height_, round_, block});
    if (!own) return;
    report_one(votes_.add(*own, round_));
    effects_.push_back(SendVote{*own});
    remember();
}

void Replica::report(const std::vector<VoteSet::Conflict>& conflicts) {
    for (const VoteSet::Conflict& conflict : conflicts) {
        effects_.push_back(ReportEquivocation{conflict.first, conflict.second});
    }
}

void Replica::report_one(const std::optional<VoteSet::Conflict>& conflict) {
    if (conflict) effects_.push_back(ReportEquivocation{conflict->first, conflict->second});
}

std::optional<Replica::Verdict> Replica::verdict(const Digest& block) {
    const auto found = verdicts_.find(block);
    if (found != verdicts_.end()) return found->second;
    if (asked_.insert(block).second) effects_.push_back(JudgeBlock{block});
    return std::nullopt;
}

const NodeId& Replica::proposer(Round round) const {
    CHECK(!validators_.empty());
    return validators_[(height_ + round) % validators_.size()];
}

Snapshot Replica::snapshot() const {
    Snapshot out;
    out.height = height_;
    out.round = round_;
    out.step = step_;
    out.locked = locked_;
    out.valid = valid_;
    out.awake = awake_;
    out.decided = decided_;
    out.validators = validators_.size();
    out.prevotes = votes_.count(VoteType::prevote, round_);
    out.precommits = votes_.count(VoteType::precommit, round_);
    if (height_ != 0) out.proposer = proposer(round_);
    out.halt = halt_;
    out.silence = silence_;
    out.may_sign = may_sign();
    return out;
}

}  // namespace fairfeed::consensus
