#include "edge-node/committee/batch_round.h"

#include <algorithm>

#include "core/wire/transaction_codec.h"

namespace fairfeed::committee {
namespace {

// A member refuses to vouch for a window that ends more than this after its own clock (rule 12).
constexpr std::int64_t kFutureToleranceMs = 2000;

const Settlement& content_of(const Transaction& batch) {
    const auto* settlement = std::get_if<Settlement>(&batch.content);
    CHECK(settlement != nullptr);
    return *settlement;
}

Endorsement endorsement_of(const Transaction& batch) {
    const Settlement& settlement = content_of(batch);
    return {settlement.cluster, settlement.window, settlement.version, batch.id};
}

const std::vector<NodeId>& members_of(const ChainState& state, const ClusterId& cluster) {
    const ClusterRecord* record = state.cluster(cluster);
    CHECK(record != nullptr);
    return record->committee.members;
}

OpenedReadings listed(const Settlement& settlement, const OpenedReadings& readings) {
    OpenedReadings out;
    for (const SettlementEntry& entry : settlement.entries) {
        if (entry.status != EntryStatus::reading) continue;
        const auto held = readings.find(entry.meter);
        if (held != readings.end()) out.emplace(held->first, held->second);
    }
    return out;
}

}  // namespace

BatchRound::BatchRound(ClusterId cluster, NodeId self, const Signer& signer, RandomSource random)
    : cluster_(std::move(cluster)),
      self_(std::move(self)),
      signer_(signer),
      random_(std::move(random)) {}

void BatchRound::restore_batch(const Transaction& batch) {
    const Settlement& settlement = content_of(batch);
    window_ = settlement.window;
    next_version_ = settlement.version + 1;
    own_ = batch;
    candidate_ = batch;
}

void BatchRound::restore_endorsement(const Endorsement& endorsement, const Signature& signature,
                                     const Transaction& batch) {
    if (window_ && *window_ != endorsement.window) return;
    window_ = endorsement.window;
    spoken_ = Spoken{endorsement, signature, batch};
    for (const SettlementEntry& entry : content_of(batch).entries) {
        if (entry.status == EntryStatus::reading) slots_[entry.meter] = entry.reading;
    }
}

std::vector<Effect> BatchRound::advance(const View& view) {
    Effects effects;
    follow_chain(view);
    if (!window_) return effects;
    if (is_parent(view)) {
        const bool stale =
            own_ && !view.state.is_current(cluster_, *window_, content_of(*own_).state_height);
        if ((!own_ && is_due(view)) || stale) build(view, effects);
    }
    consider(view, effects);
    say_again(view, effects);
    return effects;
}

// The chain decides which window is next; whatever was said about another one is over.
void BatchRound::follow_chain(const View& view) {
    const auto next = view.state.next_window(cluster_);
    if (next == window_) return;
    window_ = next;
    own_.reset();
    objected_.reset();
    spoken_.reset();
    slots_.clear();
    endorsements_.clear();
    certified_ = false;
    next_version_ = 0;
    ask_at_ms_ = 0;
    if (candidate_ && (!next || content_of(*candidate_).window < *next)) candidate_.reset();
}

bool BatchRound::is_parent(const View& view) const {
    return members_of(view.state, cluster_).front() == self_;
}

bool BatchRound::is_due(const View& view) const {
    const std::int64_t end_ms = view.state.grid().end_real_ms(*window_);
    if (view.now.real_ms < end_ms) return false;
    const auto meters = view.state.meters_of(cluster_, *window_);
    const bool complete = std::all_of(meters.begin(), meters.end(), [&](const MeterId& meter) {
        return view.readings.contains(meter);
    });
    return complete || view.now.real_ms >= end_ms + view.state.genesis.parameters.timers.grace_ms;
}

void BatchRound::build(const View& view, Effects& effects) {
    const auto draft = view.book.draft(view.state, *window_, view.readings);
    if (!draft) return;
    const auto settlement =
        view.book.seal(view.state, *window_, *draft, self_, next_version_, 0, view.keys, random_);
    if (!settlement) return;
    own_ = make_batch(*settlement, view.state.network, signer_);
    ++next_version_;
    candidate_ = own_;
    endorsements_.clear();
    certified_ = false;
    effects.push_back(PersistBatch{*own_});
    effects.push_back(SayBatch{*own_});
    say_every_ms_ = view.state.genesis.parameters.timers.rebroadcast_ms;
    say_at_ms_ = view.now.steady_ms + say_every_ms_;
}

void BatchRound::consider(const View& view, Effects& effects) {
    if (!candidate_ || content_of(*candidate_).window != *window_) return;
    if (spoken_ && spoken_->endorsement.batch == candidate_->id) return;
    if (objected_ == candidate_->id) return;
    const Settlement& settlement = content_of(*candidate_);
    if (view.state.grid().end_real_ms(*window_) > view.now.real_ms + kFutureToleranceMs) return;
    if (settlement.state_height > view.state.height) return;
    if (const auto missing = readings_not_held(settlement, view); !missing.empty()) {
        if (view.now.steady_ms < ask_at_ms_) return;
        ask_at_ms_ = view.now.steady_ms + view.state.genesis.parameters.timers.rebroadcast_ms;
        effects.push_back(AskForReadings{settlement.proposer, missing});
        return;
    }
    if (object_to_withheld(view, effects)) return;
    if (const auto verdict = judge(settlement, view); !verdict) {
        object(verdict.error(), {}, effects);
        return;
    }
    endorse(view, effects);
    count(view, effects);
}

std::vector<Digest> BatchRound::readings_not_held(const Settlement& settlement,
                                                  const View& view) const {
    std::vector<Digest> missing;
    for (const SettlementEntry& entry : settlement.entries) {
        if (entry.status == EntryStatus::reading && !view.readings.contains(entry.meter)) {
            missing.push_back(entry.reading);
        }
    }
    return missing;
}

// A reading held here that the batch marks missing: said with the reading inside (rule 5).
bool BatchRound::object_to_withheld(const View& view, Effects& effects) {
    bool withheld = false;
    for (const SettlementEntry& entry : content_of(*candidate_).entries) {
        if (entry.status == EntryStatus::reading) continue;
        const auto held = view.readings.find(entry.meter);
        if (held == view.readings.end()) continue;
        if (!view.book.plausible(view.state, *window_, entry.meter, held->second.body)) continue;
        object(Reject::reading_withheld, held->second.reading.envelope, effects);
        withheld = true;
    }
    return withheld;
}

void BatchRound::object(Reject reason, Bytes reading, Effects& effects) {
    objected_ = candidate_->id;
    const Endorsement about = endorsement_of(*candidate_);
    effects.push_back(
        SayObjection{Objection{about.cluster, about.window, about.version, about.batch,
                               std::string(to_string(reason)), std::move(reading)}});
}

Result<void, Reject> BatchRound::judge(const Settlement& settlement, const View& view) const {
    const ClusterRecord& record = *view.state.cluster(cluster_);
    const NetworkParameters& parameters = view.state.genesis.parameters;
    if (settlement.previous != record.last_settlement) return unexpected(Reject::wrong_previous);
    if (settlement.contract_version != parameters.contract_version ||
        settlement.rule != parameters.rule) {
        return unexpected(Reject::unsupported_version);
    }
    if (!view.state.is_current(cluster_, settlement.window, settlement.state_height)) {
        return unexpected(Reject::stale_state);
    }
    for (const SettlementEntry& entry : settlement.entries) {
        if (entry.status != EntryStatus::reading) continue;
        if (view.readings.at(entry.meter).reading.id != entry.reading) {
            return unexpected(Reject::conflicting_reading);
        }
        const auto slot = slots_.find(entry.meter);
        if (slot != slots_.end() && slot->second != entry.reading) {
            return unexpected(Reject::slot_taken);
        }
    }
    return view.book.check(view.state, settlement, listed(settlement, view.readings), view.keys);
}

void BatchRound::endorse(const View& view, Effects& effects) {
    const Endorsement endorsement = endorsement_of(*candidate_);
    const Signature signature =
        signer_.sign(endorsement_to_be_signed(endorsement, self_, view.state.network));
    for (const SettlementEntry& entry : content_of(*candidate_).entries) {
        if (entry.status == EntryStatus::reading) slots_[entry.meter] = entry.reading;
    }
    spoken_ = Spoken{endorsement, signature, *candidate_};
    if (own_ && own_->id == endorsement.batch) endorsements_[self_] = signature;
    effects.push_back(PersistEndorsement{endorsement, signature, *candidate_});
    effects.push_back(SayEndorsement{endorsement, signature});
    say_every_ms_ = view.state.genesis.parameters.timers.rebroadcast_ms;
    say_at_ms_ = view.now.steady_ms + say_every_ms_;
}

void BatchRound::count(const View& view, Effects& effects) {
    if (!own_ || certified_) return;
    if (endorsements_.size() < view.state.quorum_of(cluster_)) return;
    certified_ = true;
    Transaction settlement = *own_;
    for (const auto& [node, signature] : endorsements_) {
        settlement.endorsements.push_back({node, signature});
    }
    effects.push_back(Certified{std::move(settlement)});
}

Result<std::vector<Effect>, Reject> BatchRound::on_batch(const NodeId& sender,
                                                         const Transaction& batch,
                                                         const View& view) {
    const auto* settlement = std::get_if<Settlement>(&batch.content);
    if (settlement == nullptr) return unexpected(Reject::malformed);
    if (settlement->cluster != cluster_) return unexpected(Reject::wrong_cluster);
    const auto& members = members_of(view.state, cluster_);
    if (settlement->slot != 0 || settlement->proposer != members.front() ||
        sender != settlement->proposer || batch.signer != settlement->proposer) {
        return unexpected(Reject::wrong_proposer);
    }
    const auto next = view.state.next_window(cluster_);
    if (!next || settlement->window < *next) return unexpected(Reject::closed_window);
    if (candidate_ && candidate_->id == batch.id) return Effects{};
    const VerifyKey* key = view.state.node_key(sender);
    if (key == nullptr) return unexpected(Reject::unknown_node);
    if (auto valid = verify_transaction(batch, view.state.network, *key); !valid) {
        return unexpected(valid.error());
    }
    const bool newer = !candidate_ || settlement->window > content_of(*candidate_).window ||
                       settlement->version > content_of(*candidate_).version;
    if (!newer) return unexpected(Reject::wrong_entries);
    candidate_ = batch;
    ask_at_ms_ = 0;
    return advance(view);
}

Result<std::vector<Effect>, Reject> BatchRound::on_endorsement(
    const Signed<Endorsement>& endorsement, const View& view) {
    const Endorsement& content = endorsement.content;
    const auto& members = members_of(view.state, cluster_);
    if (std::find(members.begin(), members.end(), endorsement.signer) == members.end()) {
        return unexpected(Reject::not_a_member);
    }
    if (!own_ || content != endorsement_of(*own_)) return Effects{};
    if (endorsements_.contains(endorsement.signer)) return Effects{};
    const VerifyKey* key = view.state.node_key(endorsement.signer);
    if (key == nullptr) return unexpected(Reject::unknown_node);
    if (auto valid = endorsement.verify(*key); !valid) return unexpected(valid.error());
    endorsements_[endorsement.signer] = endorsement.signature;
    Effects effects;
    count(view, effects);
    return effects;
}

std::vector<Effect> BatchRound::on_objection(const Objection& objection, const View& view) {
    Effects effects;
    if (!own_ || certified_ || objection.batch != own_->id) return effects;
    const auto held = listed(content_of(*own_), view.readings).size();
    if (view.readings.size() <= held) return effects;
    build(view, effects);
    consider(view, effects);
    return effects;
}

// R13 for the committee: until the block is committed, what was said is said again.
void BatchRound::say_again(const View& view, Effects& effects) {
    if (!own_ && !spoken_) return;
    if (view.now.steady_ms < say_at_ms_) return;
    const Timers& timers = view.state.genesis.parameters.timers;
    if (say_every_ms_ == 0) say_every_ms_ = timers.rebroadcast_ms;
    if (own_) effects.push_back(SayBatch{*own_});
    if (spoken_) effects.push_back(SayEndorsement{spoken_->endorsement, spoken_->signature});
    say_at_ms_ = view.now.steady_ms + say_every_ms_;
    say_every_ms_ = std::min(say_every_ms_ * 2, timers.rebroadcast_cap_ms);
}

std::optional<std::int64_t> BatchRound::next_deadline_ms(const View& view) const {
    std::optional<std::int64_t> deadline;
    const auto earliest = [&](std::int64_t steady_ms) {
        deadline = deadline ? std::min(*deadline, steady_ms) : steady_ms;
    };
    const auto next = view.state.next_window(cluster_);
    if (!next) return deadline;
    if (next == window_ && (own_ || spoken_)) earliest(say_at_ms_);
    if (next == window_ && candidate_ && ask_at_ms_ > 0) earliest(ask_at_ms_);
    if (is_parent(view) && !(own_ && next == window_)) {
        const std::int64_t end_ms = view.state.grid().end_real_ms(*next);
        const std::int64_t grace_ms = view.state.genesis.parameters.timers.grace_ms;
        const bool ended = view.now.real_ms >= end_ms;
        earliest(view.now.steady_ms + (ended ? end_ms + grace_ms : end_ms) - view.now.real_ms);
    }
    return deadline;
}

}  // namespace fairfeed::committee
