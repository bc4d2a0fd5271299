// When this node must not sign: the start (R22), a safety record that cannot be trusted (R23), and
// a chain that contradicts the own one (R24). The replica keeps the decision; here is what it is
// founded on.
#include <algorithm>

#include "core/crypto/digest.h"
#include "core/wire/chain_codec.h"
#include "core/wire/message_codec.h"
#include "edge-node/chain/chain_driver.h"

namespace fairfeed {
namespace {

constexpr std::size_t kDecidedKept = 64;

}  // namespace

void ChainDriver::begin_inquiry(Effects& out) {
    starting_ = true;
    if (trust_ == SafetyTrust::lost)
        drive(consensus::RecordMistrusted{consensus::SilenceReason::lost}, out);
    if (trust_ == SafetyTrust::in_doubt)
        drive(consensus::RecordMistrusted{consensus::SilenceReason::damaged}, out);
    if (trust_ == SafetyTrust::accepted) drive(consensus::MistrustForgiven{}, out);
    inquiry_.begin(state_.genesis.parameters.timers, now_);
    question_ = encode_request(AttestRequest{state_.height + 1}, self_, state_.network, signer_);
    question_id_ = sha256(question_);
    rebroadcast_standing(out);
    follow_inquiry(out);
}

// Also asks on while silent, because only answers tell how long that must last.
bool ChainDriver::is_asking() const {
    const auto& silence = replica_.silence();
    return !state_.is_revoked(self_) && (starting_ || (silence && !silence->until));
}

void ChainDriver::follow_inquiry(Effects& out) {
    const auto& silence = replica_.silence();
    if (silence && !silence->until && inquiry_.has_caught_up(others(), state_.height)) {
        drive(consensus::MistrustBounded{state_.height + 2}, out);
    }
    if (starting_ && inquiry_.is_over(others(), now_) && !is_kept_from_starting()) {
        starting_ = false;
        if (trust_ == SafetyTrust::fresh && !silence && !replica_.halt()) begin_record(out);
        enter_height(out);
    }
    if (is_asking() && now_.steady_ms >= inquiry_.ask_at_ms()) ask_what_was_seen(out);
}

// The others may have decided what this node would vote on, or may have done so with its help.
bool ChainDriver::is_kept_from_starting() const {
    const bool has_no_memory = trust_ == SafetyTrust::fresh && state_.height == 0;
    return has_no_memory ? inquiry_.awaits_proof(others(), state_.height, now_)
                         : inquiry_.is_behind(others(), state_.height);
}

// R23: the others have a chain, and it is no mere claim: this node may have been part of it, on a
// disk that is gone.
void ChainDriver::doubt_lost_memory(Effects& out) {
    if (trust_ != SafetyTrust::fresh || !starting_) return;
    drive(consensus::RecordMistrusted{consensus::SilenceReason::lost}, out);
}

// From now on a missing record is a lost one: also of a node that has followed without a word.
void ChainDriver::begin_record(Effects& out) {
    consensus::SafetyRecord nothing_said;
    nothing_said.network = state_.network;
    nothing_said.height = state_.height + 1;
    out.push_back(PersistSafety{consensus::encode_safety_record(nothing_said)});
}

void ChainDriver::ask_what_was_seen(Effects& out) {
    inquiry_.asked(now_, starting_ && !inquiry_.is_over(others(), now_));
    attest_asked_.clear();
    for (const NodeId& peer : others()) {
        attest_asked_.insert(peer);
        publish(Channel::request, peer.str(), question_, out);
    }
}

std::vector<NodeId> ChainDriver::others() const {
    std::vector<NodeId> out = state_.validators;
    std::erase(out, self_);
    return out;
}

AttestAnswer ChainDriver::attest(const NodeId& asker, const AttestRequest& request,
                                 const Digest& question) const {
    AttestAnswer answer{question, state_.height, {}, {}};
    const consensus::Statements seen = replica_.statements_of(asker);
    if (seen.height < request.deciding) return answer;
    if (seen.prevote) answer.votes.push_back(*seen.prevote);
    if (seen.precommit) answer.votes.push_back(*seen.precommit);
    if (seen.proposal) answer.proposals.push_back(*seen.proposal);
    return answer;
}

Result<void, Reject> ChainDriver::on_attest(const NodeId& sender, const AttestAnswer& answer,
                                            Instant now, Effects& out) {
    now_ = now;
    if (!state_.is_validator(sender)) return unexpected(Reject::wrong_validators);
    if (answer.question != question_id_) return {};
    if (attest_asked_.erase(sender) == 0) return unexpected(Reject::duplicate);
    if (const VerifyKey* own = state_.node_key(self_)) {
        if (auto shown = adopt_shown(answer, *own, out); !shown) return shown;
    }
    inquiry_.on_answer(sender, answer.height);
    notice_height(sender, answer.height, out);
    follow_inquiry(out);
    return {};
}

Result<void, Reject> ChainDriver::adopt_shown(const AttestAnswer& answer, const VerifyKey& own,
                                              Effects& out) {
    for (const Vote& vote : answer.votes) {
        if (vote.validator != self_) return unexpected(Reject::wrong_topic);
        if (auto ok = verify_vote(vote, state_.network, own); !ok) return ok;
    }
    for (const Proposal& proposal : answer.proposals) {
        if (proposal.proposer != self_) return unexpected(Reject::wrong_topic);
        if (auto ok = verify_proposal(proposal, state_.network, own); !ok) return ok;
    }
    for (const Vote& vote : answer.votes)
        drive(consensus::OwnVoteShown{vote}, out);
    for (const Proposal& proposal : answer.proposals)
        drive(consensus::OwnProposalShown{proposal}, out);
    return {};
}

// A block that was decided names us for something we do not remember: our disk is an older one.
void ChainDriver::look_for_own(const QuorumCertificate& certificate, Effects& out) {
    for (const Witness& witness : certificate.witnesses) {
        if (witness.node != self_) continue;
        drive(consensus::OwnVoteShown{{certificate.content, self_, witness.signature}}, out);
    }
}

std::optional<Height> ChainDriver::endorses_from() const {
    if (starting_ || replica_.halt()) return std::nullopt;
    const auto& silence = replica_.silence();
    if (!silence) return 0;
    if (!silence->until || state_.height < *silence->until) return std::nullopt;
    return *silence->until + 1;
}

bool ChainDriver::is_diverged() const {
    return replica_.halt() && replica_.halt()->reason == consensus::HaltReason::diverged;
}

// R24: a quorum stands behind this header, and it does not follow from what we hold.
void ChainDriver::diverge(const BlockHeader& theirs, Effects& out) {
    consensus::Halt halt{consensus::HaltReason::diverged, theirs.height, {}, block_id(theirs)};
    if (theirs.app_hash != app_hash(state_)) {
        halt.ours = app_hash(state_);
        halt.theirs = theirs.app_hash;
    } else if (theirs.parent != state_.tip) {
        halt.ours = state_.tip;
        halt.theirs = theirs.parent;
    }
    drive(consensus::Halted{halt}, out);
}

void ChainDriver::remember_decided(std::vector<NodeId> validators) {
    decided_[state_.height] = Decided{state_.tip, std::move(validators)};
    if (decided_.size() > kDecidedKept) decided_.erase(decided_.begin());
}

// R24: two certificates for one height. Only a recent height can be compared.
Result<void, Reject> ChainDriver::compare_decided(const QuorumCertificate& certificate,
                                                  Effects& out) {
    const VoteContent& content = certificate.content;
    const auto known = decided_.find(content.height);
    if (content.type != VoteType::precommit || known == decided_.end()) return {};
    if (content.block == known->second.block || content.height == 0) return {};
    if (auto ok = check_certificate(state_, known->second.validators, certificate); !ok) return ok;
    drive(consensus::Halted{{consensus::HaltReason::diverged, content.height, known->second.block,
                             content.block.value_or(Digest{})}},
          out);
    return {};
}

}  // namespace fairfeed
