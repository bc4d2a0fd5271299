#include "edge-node/consensus/replica.h"

#include <utility>
#include <variant>

#include "core/base/check.h"

namespace fairfeed::consensus {

namespace {

template <class... Cases>
struct Overloaded : Cases... {
    using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

}  // namespace

Replica::Replica(ReplicaConfig config, const Signer& signer)
    : config_(std::move(config)), signatory_(config_.self, config_.network, signer) {}

Result<void, Reject> Replica::restore(ByteView record) {
    return signatory_.restore(record);
}

Effects Replica::step(const Event& event, Instant now) {
    Turn turn{now, signatory_, {}};
    take(event, turn);
    if (instance_) instance_->advance(turn);
    auto record = signatory_.take_unsaved();
    if (record) turn.effects.insert(turn.effects.begin(), PersistSafety{std::move(*record)});
    return std::move(turn.effects);
}

void Replica::take(const Event& event, Turn& turn) {
    // Before the first height, events about blocks and rounds are dropped.
    const auto in_height = [this](const auto& concern) {
        if (instance_) concern(*instance_);
    };
    std::visit(Overloaded{
                   [&](const HeightStarts& starts) { start_height(starts, turn); },
                   [&](const VoteSeen& seen) { take_vote(seen.vote, turn); },
                   [&](const ProposalSeen& seen) {
                       in_height([&](HeightInstance& at) { at.hear(seen.proposal, turn); });
                   },
                   [&](const CertificateSeen& seen) {
                       in_height([&](HeightInstance& at) { at.hear(seen.certificate, turn); });
                   },
                   [&](const BlockJudged& judged) {
                       in_height([&](HeightInstance& at) { at.judged(judged); });
                   },
                   [&](const BlockBuilt& built) {
                       in_height([&](HeightInstance& at) { at.built(built, turn); });
                   },
                   [&](const WorkExists&) { in_height([](HeightInstance& at) { at.wake(); }); },
                   [](const TimePassed&) {},
                   [&](const RecordMistrusted& record) { signatory_.mistrust(record.reason); },
                   [&](const MistrustBounded& bound) { signatory_.bound_mistrust(bound.until); },
                   [&](const MistrustForgiven&) { signatory_.forgive_mistrust(); },
                   [&](const OwnVoteShown& shown) { signatory_.show(shown.vote); },
                   [&](const OwnProposalShown& shown) { signatory_.show(shown.proposal); },
                   [&](const Halted& halted) { signatory_.halt(halted.halt); },
               },
               event);
}

void Replica::take_vote(const Vote& vote, Turn& turn) {
    if (!instance_ || vote.validator == config_.self) return;
    if (!instance_->votes().is_validator(vote.validator)) return;
    const Height height = vote.content.height;
    const bool is_next =
        height > instance_->height() && height - instance_->height() <= FutureBuffer::kHeightsAhead;
    if (is_next) future_.add(vote);
    instance_->hear(vote, turn);
}

void Replica::start_height(const HeightStarts& event, Turn& turn) {
    CHECK(event.height > height());
    instance_.emplace(config_.self, config_.timers, config_.share_notice_ms, event);
    const auto record = signatory_.start_height(event.height);
    if (record) instance_->resume(*record, turn);
    for (const Vote& waiting : future_.take(event.height))
        take_vote(waiting, turn);
}

std::optional<std::int64_t> Replica::next_deadline_ms() const {
    return instance_ ? instance_->next_deadline_ms() : std::nullopt;
}

const NodeId& Replica::proposer(Round round) const {
    CHECK(instance_);
    return instance_->votes().proposer(round);
}

Statements Replica::statements_of(const NodeId& validator) const {
    Statements out;
    if (instance_) {
        for (const Proposal& proposal : instance_->proposals().of(validator))
            out.take(proposal);
        for (const Vote& vote : instance_->votes().of(validator))
            out.take(vote);
    }
    for (const Vote& vote : future_.of(validator))
        out.take(vote);
    return out;
}

Snapshot Replica::snapshot() const {
    Snapshot out = instance_ ? instance_->snapshot() : Snapshot{};
    out.halt = halt();
    out.silence = silence();
    out.may_sign = instance_ && instance_->votes().is_validator(config_.self) &&
                   signatory_.may_sign(instance_->height());
    return out;
}

}  // namespace fairfeed::consensus
