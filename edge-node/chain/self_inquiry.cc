#include "edge-node/chain/self_inquiry.h"

#include "core/crypto/digest.h"
#include "core/state/state.h"
#include "core/wire/consensus_codec.h"
#include "core/wire/message_codec.h"

namespace fairfeed {

using consensus::Event;
using consensus::Replica;

SelfInquiry::SelfInquiry(NodeId self, const Signer& signer, SafetyTrust trust)
    : self_(self), signer_(signer), publisher_(std::move(self), signer), trust_(trust) {}

std::optional<Event> SelfInquiry::first_doubt() const {
    switch (trust_) {
        case SafetyTrust::lost:
            return consensus::RecordMistrusted{consensus::SilenceReason::lost};
        case SafetyTrust::in_doubt:
            return consensus::RecordMistrusted{consensus::SilenceReason::damaged};
        case SafetyTrust::accepted:
            return consensus::MistrustForgiven{};
        case SafetyTrust::sound:
        case SafetyTrust::fresh:
            break;
    }
    return std::nullopt;
}

void SelfInquiry::begin(const ChainState& state, Instant now) {
    inquiry_.begin(state.genesis.parameters.timers, now);
    question_ = encode_request(AttestRequest{state.height + 1}, self_, state.network, signer_);
    question_id_ = sha256(question_);
}

// A silent node also asks, because only answers tell how long its silence must last.
bool SelfInquiry::is_asking(const Replica& replica, const ChainState& state) const {
    const auto& silence = replica.silence();
    return !state.is_revoked(self_) && (starting_ || (silence && !silence->until));
}

bool SelfInquiry::ends_start(const ChainState& state, Instant now) {
    if (!starting_ || !inquiry_.is_over(others(state), now) || is_kept_from_starting(state, now))
        return false;
    starting_ = false;
    return true;
}

// The others may have decided the height that this node would vote on, or may have decided it with
// this node's vote.
bool SelfInquiry::is_kept_from_starting(const ChainState& state, Instant now) const {
    const bool has_no_memory = trust_ == SafetyTrust::fresh && state.height == 0;
    return has_no_memory ? inquiry_.awaits_proof(others(state), state.height, now)
                         : inquiry_.is_behind(others(state), state.height);
}

bool SelfInquiry::lacks_record(const Replica& replica) const {
    return trust_ == SafetyTrust::fresh && !replica.silence() && !replica.halt();
}

void SelfInquiry::ask_if_due(const Replica& replica, const Turn& turn) {
    if (is_asking(replica, turn.state) && turn.now.steady_ms >= inquiry_.ask_at_ms()) ask(turn);
}

void SelfInquiry::ask_again(const Replica& replica, const Turn& turn) {
    if (!starting_ || !is_asking(replica, turn.state)) return;
    if (!inquiry_.is_over(others(turn.state), turn.now)) ask(turn);
}

void SelfInquiry::ask(const Turn& turn) {
    const auto peers = others(turn.state);
    inquiry_.asked(turn.now, starting_ && !inquiry_.is_over(peers, turn.now));
    unanswered_.clear();
    for (const NodeId& peer : peers) {
        unanswered_.insert(peer);
        publisher_.publish(turn, Channel::request, peer.str(), question_);
    }
}

std::vector<NodeId> SelfInquiry::others(const ChainState& state) const {
    std::vector<NodeId> out = state.validators;
    std::erase(out, self_);
    return out;
}

Result<std::optional<std::vector<Event>>, Reject> SelfInquiry::shown(const NodeId& sender,
                                                                     const AttestAnswer& answer,
                                                                     const ChainState& state) {
    using Shown = std::optional<std::vector<Event>>;
    if (!state.is_validator(sender)) return unexpected(Reject::wrong_validators);
    if (answer.question != question_id_) return Shown{};
    if (unanswered_.erase(sender) == 0) return unexpected(Reject::duplicate);
    std::vector<Event> events;
    const VerifyKey* own = state.node_key(self_);
    if (own == nullptr) return Shown{std::move(events)};
    if (auto ok = check_own(answer, state, *own); !ok) return unexpected(ok.error());
    for (const Vote& vote : answer.votes)
        events.emplace_back(consensus::OwnVoteShown{vote});
    for (const Proposal& proposal : answer.proposals)
        events.emplace_back(consensus::OwnProposalShown{proposal});
    return Shown{std::move(events)};
}

Result<void, Reject> SelfInquiry::check_own(const AttestAnswer& answer, const ChainState& state,
                                            const VerifyKey& own) const {
    for (const Vote& vote : answer.votes) {
        if (vote.validator != self_) return unexpected(Reject::wrong_topic);
        if (auto ok = verify_vote(vote, state.network, own); !ok) return ok;
    }
    for (const Proposal& proposal : answer.proposals) {
        if (proposal.proposer != self_) return unexpected(Reject::wrong_topic);
        if (auto ok = verify_proposal(proposal, state.network, own); !ok) return ok;
    }
    return {};
}

void SelfInquiry::count(const NodeId& sender, Height height) {
    inquiry_.on_answer(sender, height);
}

std::optional<Event> SelfInquiry::limits_silence(const Replica& replica,
                                                 const ChainState& state) const {
    const auto& silence = replica.silence();
    if (!silence || silence->until) return std::nullopt;
    if (!inquiry_.has_caught_up(others(state), state.height)) return std::nullopt;
    return consensus::MistrustBounded{state.height + 2};
}

std::optional<Event> SelfInquiry::doubts_memory() const {
    if (trust_ != SafetyTrust::fresh || !starting_) return std::nullopt;
    return consensus::RecordMistrusted{consensus::SilenceReason::lost};
}

std::vector<Event> SelfInquiry::own_votes(const QuorumCertificate& certificate) const {
    std::vector<Event> events;
    for (const Witness& witness : certificate.witnesses) {
        if (witness.node != self_) continue;
        events.emplace_back(
            consensus::OwnVoteShown{{certificate.content, self_, witness.signature}});
    }
    return events;
}

std::optional<Height> SelfInquiry::endorses_from(const Replica& replica,
                                                 const ChainState& state) const {
    if (starting_ || replica.halt()) return std::nullopt;
    const auto& silence = replica.silence();
    if (!silence) return 0;
    if (!silence->until || state.height < *silence->until) return std::nullopt;
    return *silence->until + 1;
}

std::optional<std::int64_t> SelfInquiry::next_deadline_ms(const Replica& replica,
                                                          const ChainState& state,
                                                          Instant now) const {
    std::optional<std::int64_t> earliest;
    const auto add = [&](std::int64_t at_ms) {
        earliest = std::min(earliest.value_or(at_ms), at_ms);
    };
    for (const std::int64_t end_ms : {inquiry_.until_ms(), inquiry_.proof_until_ms()})
        if (starting_ && end_ms > now.steady_ms) add(end_ms);
    if (is_asking(replica, state)) add(inquiry_.ask_at_ms());
    return earliest;
}

AttestAnswer attest(const Replica& replica, Height tip, const NodeId& asker,
                    const AttestRequest& request, const Digest& question) {
    AttestAnswer answer{question, tip, {}, {}};
    const consensus::Statements seen = replica.statements_of(asker);
    if (seen.height < request.deciding) return answer;
    if (seen.prevote) answer.votes.push_back(*seen.prevote);
    if (seen.precommit) answer.votes.push_back(*seen.precommit);
    if (seen.proposal) answer.proposals.push_back(*seen.proposal);
    return answer;
}

}  // namespace fairfeed
