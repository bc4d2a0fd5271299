#include "edge-node/chain/chain_driver.h"

#include <algorithm>

#include "core/wire/chain_codec.h"
#include "core/wire/chunk.h"
#include "core/wire/evidence_codec.h"
#include "core/wire/message_codec.h"
#include "core/wire/transaction_codec.h"

namespace fairfeed {
namespace {

constexpr std::size_t kMaxEquivocations = 64;
// Of bodies in one answer; the rest is asked for again.
constexpr std::size_t kMaxAnswerBytes = kMaxMessageBytes - 1000;
constexpr std::uint32_t kMostAskDoublings = 10;

std::size_t pool_capacity(const NetworkParameters& parameters) {
    return static_cast<std::size_t>(parameters.max_block_transactions) * 20;
}

// In real time.
std::int64_t share_notice_ms(const NetworkParameters& parameters) {
    return parameters.share_notice_s * 1000 / parameters.speed;
}

}  // namespace

ChainDriver::ChainDriver(Setup setup, CommitListener on_commit)
    : self_(std::move(setup.self)),
      signer_(setup.signer),
      state_(std::move(setup.state)),
      tip_certificate_(std::move(setup.tip_certificate)),
      on_commit_(std::move(on_commit)),
      replica_({self_, state_.network, state_.genesis.parameters.timers,
                share_notice_ms(state_.genesis.parameters)},
               signer_),
      pool_(pool_capacity(state_.genesis.parameters)),
      candidates_(state_.genesis.parameters.max_block_transactions),
      catch_up_(state_.genesis.parameters.timers) {}

void ChainDriver::restore_block(const Block& block) {
    restored_.push_back(block);
}

Result<void, Reject> ChainDriver::restore_safety(ByteView record, SafetyTrust trust) {
    trust_ = trust;
    return replica_.restore(record);
}

void ChainDriver::start(Instant now, Effects& out) {
    now_ = now;
    parent_ = {state_.tip_time_ms, now.steady_ms};
    for (Block& block : restored_) {
        if (block.header.height != state_.height + 1) continue;
        // What no longer fits is no fault: the block is judged as a whole.
        (void)pool_.add_all(block.transactions, state_, signatures_).has_value();
        (void)candidates_.add(self_, std::move(block), state_, signatures_);
    }
    restored_.clear();
    remember_decided(state_.tip_validators);
    begin_inquiry(out);
}

void ChainDriver::on_time(Instant now, Effects& out) {
    now_ = now;
    follow_inquiry(out);
    judge_wanted(out);
    look_for_work(out);
    ask_for_blocks(out);
    if (now_.steady_ms >= status_at_ms_) rebroadcast_standing(out);
    drive(consensus::TimePassed{}, out);
}

Result<void, Reject> ChainDriver::on_proposal(const NodeId& sender, ByteView message, Instant now,
                                              Effects& out) {
    now_ = now;
    auto decoded = decode_proposal(message);
    if (!decoded) return unexpected(decoded.error());
    const Proposal& proposal = decoded->proposal;
    if (proposal.proposer != sender) return unexpected(Reject::wrong_topic);
    if (proposal.content.height > state_.height + 1) {  // its validators may be others (R21)
        notice_height(sender, proposal.content.height - 1, out);
        return {};
    }
    if (!state_.is_validator(sender)) return unexpected(Reject::wrong_validators);
    if (proposal.content.height <= state_.height) return {};
    if (starting_) return {};
    if (replica_.proposer(proposal.content.round) != sender) {
        return unexpected(Reject::wrong_proposer_turn);
    }
    if (auto ok = verify_proposal(proposal, state_.network, *state_.node_key(sender)); !ok) {
        return ok;
    }
    auto described = describe(sender, decoded->outline, out);
    drive(consensus::ProposalSeen{proposal}, out);
    return described;
}

Result<void, Reject> ChainDriver::on_vote(const NodeId& sender, VoteType type, ByteView message,
                                          Instant now, Effects& out) {
    now_ = now;
    auto vote = decode_vote(message);
    if (!vote) return unexpected(vote.error());
    if (vote->validator != sender || vote->content.type != type) {
        return unexpected(Reject::wrong_topic);
    }
    const bool is_ahead = vote->content.height > state_.height + 1;
    if (is_ahead) notice_height(sender, vote->content.height - 1, out);
    if (!state_.is_validator(sender)) {
        if (is_ahead) return {};  // its validators may be others (R21)
        return unexpected(Reject::wrong_validators);
    }
    if (vote->content.height <= state_.height) return {};
    if (auto ok = verify_vote(*vote, state_.network, *state_.node_key(sender)); !ok) return ok;
    drive(consensus::VoteSeen{std::move(*vote)}, out);
    return {};
}

Result<void, Reject> ChainDriver::on_certified(const NodeId& sender, VoteType type,
                                               ByteView message, Instant now, Effects& out) {
    now_ = now;
    auto certified = decode_certified_outline(message);
    if (!certified) return unexpected(certified.error());
    const VoteContent& content = certified->certificate.content;
    if (content.type != type || content.block != block_id(certified->outline.header)) {
        return unexpected(Reject::wrong_certificate);
    }
    if (content.height <= state_.height) return compare_decided(certified->certificate, out);
    if (content.height > state_.height + 1) {  // its validators may be others than ours (R21)
        notice_height(sender, type == VoteType::precommit ? content.height : content.height - 1,
                      out);
        return {};
    }
    if (auto ok = check_certificate(state_, certified->certificate); !ok) return ok;
    auto described = describe(sender, certified->outline, out);
    drive(consensus::CertificateSeen{std::move(certified->certificate)}, out);
    return described;
}

void ChainDriver::on_status(const NodeId& sender, const NodeStatus& status, Instant now,
                            Effects& out) {
    now_ = now;
    notice_height(sender, status.height, out);
}

Result<void, Reject> ChainDriver::on_bodies(const std::vector<Transaction>& bodies, Instant now,
                                            Effects& out) {
    now_ = now;
    const auto result = pool_.add_all(bodies, state_, signatures_, now_);
    judge_wanted(out);
    look_for_work(out);
    return result;
}

Result<void, Reject> ChainDriver::on_own_window(const std::vector<Transaction>& window, Instant now,
                                                Effects& out) {
    pool_.expect(window);
    return on_bodies(window, now, out);
}

// R19. What is known already, or no offence after all, changes nothing.
Result<void, Reject> ChainDriver::accuse(const Result<Transaction, Reject>& evidence, Instant now,
                                         Effects& out) {
    now_ = now;
    if (!evidence) return unexpected(evidence.error());
    if (auto added = pool_.add(*evidence, state_, signatures_, now_); !added) return added;
    look_for_work(out);
    return {};
}

Result<BodiesAnswer, Reject> ChainDriver::bodies(const BodiesRequest& request) const {
    const auto most = static_cast<std::size_t>(state_.genesis.parameters.max_block_transactions);
    if (auto sound = check_wanted_ids(request.transactions, most); !sound) {
        return unexpected(sound.error());
    }
    BodiesAnswer answer;
    std::size_t bytes = 0;
    for (const Digest& id : request.transactions) {
        const Transaction* held = pool_.find(id);
        if (held == nullptr) continue;
        bytes += encode_transaction(*held).size();
        if (bytes > kMaxAnswerBytes) break;
        answer.transactions.push_back(*held);
    }
    return answer;
}

void ChainDriver::rebroadcast_standing(Effects& out) {
    const consensus::Snapshot standing = replica_.snapshot();
    const NodeStatus status{state_.height, state_.tip, app_hash(state_), standing.height,
                            standing.round};
    publish(Channel::status, "-", encode_status(status, self_, state_.network, signer_), out);
    if (tip_) publish(Channel::commit, "-", encode_certified_outline(*tip_), out);
    status_at_ms_ = now_.steady_ms + state_.genesis.parameters.timers.rebroadcast_cap_ms;
    if (starting_ && is_asking() && !inquiry_.is_over(others(), now_)) ask_what_was_seen(out);
}

std::optional<std::int64_t> ChainDriver::next_deadline_ms() const {
    std::int64_t deadline = status_at_ms_;
    const auto earliest = [&](std::int64_t steady_ms) { deadline = std::min(deadline, steady_ms); };
    if (const auto replica = replica_.next_deadline_ms()) earliest(*replica);
    for (const auto& [id, wanted] : wanted_)
        if (wanted.ask_at_ms) earliest(*wanted.ask_at_ms);
    if (const auto ask = catch_up_.next_deadline_ms(state_.height)) earliest(*ask);
    for (const std::int64_t end_ms : {inquiry_.until_ms(), inquiry_.proof_until_ms()})
        if (starting_ && end_ms > now_.steady_ms) earliest(end_ms);
    if (is_asking()) earliest(inquiry_.ask_at_ms());
    if (build_request_ && work_since_ms_) {
        earliest(*work_since_ms_ + state_.genesis.parameters.timers.fill_ms);
    }
    if (!starting_ && pool_.size() > 0 && work_.empty()) earliest(look_again_at_ms_);
    return deadline;
}

// Events raised while effects are performed wait their turn: one step at a time.
void ChainDriver::drive(consensus::Event event, Effects& out) {
    events_.push_back(std::move(event));
    if (driving_) return;
    driving_ = true;
    while (!events_.empty()) {
        const consensus::Event next = std::move(events_.front());
        events_.pop_front();
        for (const consensus::Effect& effect : replica_.step(next, now_))
            perform(effect, out);
    }
    driving_ = false;
}

void ChainDriver::perform(const consensus::Effect& effect, Effects& out) {
    if (const auto* safety = std::get_if<consensus::PersistSafety>(&effect)) {
        out.push_back(PersistSafety{safety->record});
    } else if (const auto* proposal = std::get_if<consensus::SendProposal>(&effect)) {
        if (const auto* outline = candidates_.outline(proposal->proposal.content.block)) {
            publish(Channel::proposal, "-", encode_proposal({proposal->proposal, *outline}), out);
        }
    } else if (const auto* vote = std::get_if<consensus::SendVote>(&effect)) {
        const bool prevote = vote->vote.content.type == VoteType::prevote;
        publish(prevote ? Channel::prevote : Channel::precommit, "-", encode_vote(vote->vote), out);
    } else if (const auto* polka = std::get_if<consensus::SendPolka>(&effect)) {
        if (const auto* outline = candidates_.outline(*polka->certificate.content.block)) {
            publish(Channel::polka, "-", encode_certified_outline({*outline, polka->certificate}),
                    out);
        }
    } else if (const auto* request = std::get_if<consensus::RequestBlock>(&effect)) {
        build_request_ = BuildRequest{request->height, request->round};
        build_if_due(out);
    } else if (const auto* wish = std::get_if<consensus::JudgeBlock>(&effect)) {
        judge(wish->block, out);
    } else if (const auto* decision = std::get_if<consensus::Decide>(&effect)) {
        const CandidateBlocks::Valid* decided = candidates_.valid(decision->block);
        CHECK(decided != nullptr);
        commit(*decided, decision->certificate, out);
    } else if (const auto* report = std::get_if<consensus::ReportEquivocation>(&effect)) {
        equivocated(report->first.validator, report->first.content.height, "voted");
        (void)accuse(make_evidence(Offence::two_votes, encode_vote(report->first),
                                   encode_vote(report->second), state_.network),
                     now_, out);
    } else if (const auto* twice = std::get_if<consensus::ReportProposals>(&effect)) {
        equivocated(twice->first.proposer, twice->first.content.height, "proposed");
        (void)accuse(make_evidence(Offence::two_proposals, encode_signed_proposal(twice->first),
                                   encode_signed_proposal(twice->second), state_.network),
                     now_, out);
    } else if (const auto* against = std::get_if<consensus::Contradicted>(&effect)) {
        const Digest& id = *against->certificate.content.block;
        const auto why = invalid_.find(id);
        const BlockOutline* outline = candidates_.outline(id);
        if (why == invalid_.end() || outline == nullptr || is_about_witnesses(why->second)) return;
        diverge(outline->header, out);
    }
}

void ChainDriver::equivocated(const NodeId& validator, Height height, std::string_view what) {
    if (equivocations_.size() >= kMaxEquivocations) return;
    equivocations_.push_back("validator " + validator.str() + ' ' + std::string(what) +
                             " twice in one round of height " + std::to_string(height));
}

// Fetches what is missing; executes when nothing is (R15: prevote only when all bodies are held).
void ChainDriver::judge(const Digest& id, Effects& out) {
    auto verdict = candidates_.judge(id, state_, pool_, signatures_);
    if (!verdict.known) {
        Wanted& wanted = wanted_[id];  // kept until known: the replica asks once
        if (verdict.missing.empty()) wanted = {};
        if (!verdict.missing.empty()) ask_for_bodies(id, std::move(verdict.missing), out);
        return;
    }
    wanted_.erase(id);
    if (verdict.fault) invalid_.try_emplace(id, *verdict.fault);
    if (verdict.fault && verdict.fault->reason == Reject::oversized) {
        pool_.give_up(candidates_.outline(id)->transactions);
    }
    if (verdict.fresh) out.push_back(PersistBlock{id, candidates_.valid(id)->block});
    drive(consensus::BlockJudged{id, verdict.valid, verdict.time_ms}, out);
}

void ChainDriver::ask_for_bodies(const Digest& id, std::vector<Digest> missing, Effects& out) {
    pool_.expect(missing);
    Wanted& wanted = wanted_[id];
    if (!wanted.ask_at_ms) wanted.ask = candidates_.source(id);
    if (wanted.ask_at_ms && now_.steady_ms < *wanted.ask_at_ms) return;
    if (wanted.ask != self_) {
        bodies_asked_.asked(wanted.ask, missing);
        publish(Channel::request, wanted.ask.str(),
                encode_request(BodiesRequest{std::move(missing)}, self_, state_.network, signer_),
                out);
    }
    // Everybody once, and then ever less often: there may be nothing to be had.
    const Timers& timers = state_.genesis.parameters.timers;
    const auto all = static_cast<std::uint32_t>(std::max<std::size_t>(1, state_.validators.size()));
    const std::uint32_t doublings = std::min(wanted.asked++ / all, kMostAskDoublings);
    wanted.ask = validator_after(wanted.ask);
    wanted.ask_at_ms =
        now_.steady_ms + std::min(timers.rebroadcast_ms << doublings,
                                  std::max(timers.rebroadcast_ms, timers.rebroadcast_cap_ms));
}

void ChainDriver::judge_wanted(Effects& out) {
    std::vector<Digest> ids;
    ids.reserve(wanted_.size());
    for (const auto& [id, wanted] : wanted_)
        ids.push_back(id);
    for (const Digest& id : ids) {
        if (wanted_.contains(id)) judge(id, out);
    }
}

// A block that is wanted may have waited for nothing but its outline. What was signed beside an
// outline counts even where that is no good.
Result<void, Reject> ChainDriver::describe(const NodeId& sender, const BlockOutline& outline,
                                           Effects& out) {
    if (auto sound = candidates_.describe(sender, outline); !sound) return sound;
    const Digest id = block_id(outline.header);
    const auto wanted = wanted_.find(id);
    if (wanted != wanted_.end() && !wanted->second.ask_at_ms) judge(id, out);
    return {};
}

void ChainDriver::commit(CandidateBlocks::Valid decided, const QuorumCertificate& certificate,
                         Effects& out) {
    const ChainState before = std::move(state_);
    state_ = std::move(decided.after);
    parent_ = {state_.tip_time_ms, now_.steady_ms};
    remember_decided(before.validators);
    const CommittedBlock committed{std::move(decided.block), certificate};
    out.push_back(CommitBlock{committed});
    tip_certificate_ = certificate;
    tip_ = CertifiedOutline{outline_of(committed.block), certificate};
    pulls_.on_commit(committed);
    on_commit_(committed, before, state_);
    begin_height(out);
}

void ChainDriver::begin_height(Effects& out) {
    candidates_.clear();
    wanted_.clear();
    build_request_.reset();
    work_.clear();
    work_since_ms_.reset();
    work_revision_.reset();
    invalid_.clear();
    pool_.prune(state_);
    rebroadcast_standing(out);
    if (!starting_) enter_height(out);
    follow_inquiry(out);
}

void ChainDriver::enter_height(Effects& out) {
    drive(consensus::HeightStarts{state_.height + 1, state_.validators, parent_}, out);
    look_for_work(out);
}

void ChainDriver::publish(Channel channel, const std::string& item, Bytes message,
                          Effects& out) const {
    out.push_back(Publish{Topic{state_.genesis.parameters.name, self_.str(), channel, item},
                          std::move(message)});
}

}  // namespace fairfeed
