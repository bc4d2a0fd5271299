#include "edge-node/committee/batch_round.h"

#include <algorithm>

#include "core/contract/settlement_rules.h"
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

// Whether a draft would settle the meter by this reading.
bool is_usable(const View& view, Window window, const OpenedReading& opened) {
    const ReadingHeader& header = opened.reading.header;
    return check_reading_header(view.state, window, header).has_value() &&
           view.book.plausible(view.state, window, header.meter, opened.body).has_value();
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

// Rows come in ascending version; what a later one lists adds to what an earlier one did.

void BatchRound::restore_endorsement(const Endorsement& endorsement, const Signature& signature,
                                     const Transaction& batch) {
    if (window_ && *window_ != endorsement.window) return;
    window_ = endorsement.window;
    spoken_ = Spoken{endorsement, signature, batch};
    if (!candidate_ || content_of(*candidate_).version < endorsement.version) candidate_ = batch;
    if (own_ && own_->id == endorsement.batch) endorsements_[self_] = signature;
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
    count(view, effects);
    say_again(view, effects);
    return effects;
}

// The chain decides which window is next; whatever was said about another one is over.
void BatchRound::follow_chain(const View& view) {
    const auto next = view.state.next_window(cluster_);
    if (next == window_) return;
    window_ = next;
    own_.reset();
    objections_.clear();
    spoken_.reset();
    slots_.clear();
    endorsements_.clear();
    certified_ = false;
    next_version_ = 0;
    ask_at_ms_.reset();
    build_at_ms_ = 0;
    if (candidate_ && (!next || content_of(*candidate_).window < *next)) candidate_.reset();
}

// Of the committee that governs the window being settled; a later one waits for its own.
const std::vector<NodeId>& BatchRound::members(const View& view) const {
    const Window latest = UINT32_MAX;
    const auto* committee =
        view.state.committee_of(cluster_, view.state.next_window(cluster_).value_or(latest));
    CHECK(committee != nullptr);
    return committee->members;
}

bool BatchRound::is_parent(const View& view) const {
    return members(view).front() == self_;
}

// Grace is time in which a meter could have been heard: a node that was down or cut off from its
// own broker gives it again, or a blackout would turn every reading of its window into an estimate.
std::int64_t BatchRound::grace_ends_ms(const View& view, std::int64_t window_end_real_ms) const {
    if (view.heard_from_ms == kDeaf) return kDeaf;
    const std::int64_t ended_ms = view.now.steady_ms + (window_end_real_ms - view.now.real_ms);
    return std::max(ended_ms, view.heard_from_ms) + view.state.genesis.parameters.timers.grace_ms;
}

bool BatchRound::is_due(const View& view) const {
    const std::int64_t end_ms = view.state.grid().end_real_ms(*window_);
    if (view.now.real_ms < end_ms || view.now.steady_ms < build_at_ms_) return false;
    const auto meters = view.state.meters_of(cluster_, *window_);
    const bool complete = std::all_of(meters.begin(), meters.end(), [&](const MeterId& meter) {
        return view.readings.contains(meter);
    });
    return complete || view.now.steady_ms >= grace_ends_ms(view, end_ms);
}

void BatchRound::build(const View& view, Effects& effects) {
    // A draft that fails now is tried again, but not in a hurry: only input can change it.
    build_at_ms_ = view.now.steady_ms + view.state.genesis.parameters.timers.rebroadcast_ms;
    const auto draft = view.book.draft(view.state, *window_, view.readings);
    if (!draft) return;
    const auto settlement =
        view.book.seal(view.state, *window_, *draft, self_, next_version_, 0, view.keys, random_);
    if (!settlement) return;
    own_ = make_batch(*settlement, view.state.network, signer_);
    ++next_version_;
    candidate_ = own_;
    objections_.clear();
    endorsements_.clear();
    certified_ = false;
    effects.push_back(PersistBatch{*own_});
    effects.push_back(SayBatch{*own_});
    say_later(view);
}

// Something new was said: the back-off begins anew.
void BatchRound::say_later(const View& view) {
    say_every_ms_ = view.state.genesis.parameters.timers.rebroadcast_ms;
    say_at_ms_ = view.now.steady_ms + say_every_ms_;
}

// A candidate of the window at hand on which this member has not said a word yet.
bool BatchRound::is_undecided(const View& view) const {
    if (!candidate_ || content_of(*candidate_).window != *window_) return false;
    if (spoken_ && spoken_->endorsement.batch == candidate_->id) return false;
    if (!objections_.empty() && objections_.front().batch == candidate_->id) return false;
    return content_of(*candidate_).state_height <= view.state.height;
}

void BatchRound::consider(const View& view, Effects& effects) {
    const auto ask_at_ms = std::exchange(ask_at_ms_, std::nullopt);
    if (!is_undecided(view) || judge_at_real_ms(view) > view.now.real_ms) return;
    const Settlement& settlement = content_of(*candidate_);
    if (const auto missing = readings_not_held(settlement, view); !missing.empty()) {
        ask_at_ms_ = ask_at_ms;
        ask(missing, view, effects);
        return;
    }
    if (object_to_withheld(view, effects)) return;
    if (const auto verdict = judge(settlement, view); !verdict) {
        object(verdict.error(), {}, view, effects);
        return;
    }
    endorse(view, effects);
    count(view, effects);
}

std::int64_t BatchRound::judge_at_real_ms(const View& view) const {
    return view.state.grid().end_real_ms(*window_) - kFutureToleranceMs;
}

void BatchRound::ask(const std::vector<Digest>& missing, const View& view, Effects& effects) {
    if (ask_at_ms_ && view.now.steady_ms < *ask_at_ms_) return;
    ask_at_ms_ = view.now.steady_ms + view.state.genesis.parameters.timers.rebroadcast_ms;
    const NodeId& proposer = content_of(*candidate_).proposer;
    if (proposer != self_) effects.push_back(AskForReadings{proposer, missing});
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
        if (!is_usable(view, *window_, held->second)) continue;
        object(Reject::reading_withheld, held->second.reading.envelope, view, effects);
        withheld = true;
    }
    return withheld;
}

void BatchRound::object(Reject reason, Bytes reading, const View& view, Effects& effects) {
    const Endorsement about = endorsement_of(*candidate_);
    objections_.push_back({about.cluster, about.window, about.version, about.batch,
                           std::string(to_string(reason)), std::move(reading)});
    effects.push_back(SayObjection{objections_.back()});
    say_later(view);
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
    say_later(view);
}

void BatchRound::count(const View& view, Effects& effects) {
    if (!own_ || certified_) return;
    if (endorsements_.size() < view.state.quorum_of(cluster_, *window_)) return;
    if (!readings_not_held(content_of(*own_), view).empty()) return;
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
    if (settlement->slot != 0 || settlement->proposer != members(view).front() ||
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
    objections_.clear();
    ask_at_ms_.reset();
    return advance(view);
}

Result<std::vector<Effect>, Reject> BatchRound::on_endorsement(
    const Signed<Endorsement>& endorsement, const View& view) {
    const Endorsement& content = endorsement.content;
    const auto& voters = members(view);
    if (std::find(voters.begin(), voters.end(), endorsement.signer) == voters.end()) {
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
    const auto usable =
        std::count_if(view.readings.begin(), view.readings.end(),
                      [&](const auto& entry) { return is_usable(view, *window_, entry.second); });
    if (static_cast<std::size_t>(usable) <= held) return effects;
    build(view, effects);
    consider(view, effects);
    return effects;
}

// R13 for the committee: until the block is committed, what was said is said again.
void BatchRound::say_again(const View& view, Effects& effects) {
    if (!own_ && !spoken_ && objections_.empty()) return;
    if (view.now.steady_ms < say_at_ms_) return;
    const Timers& timers = view.state.genesis.parameters.timers;
    if (say_every_ms_ == 0) say_every_ms_ = timers.rebroadcast_ms;
    if (own_) effects.push_back(SayBatch{*own_});
    if (spoken_) effects.push_back(SayEndorsement{spoken_->endorsement, spoken_->signature});
    for (const Objection& objection : objections_)
        effects.push_back(SayObjection{objection});
    say_at_ms_ = view.now.steady_ms + say_every_ms_;
    say_every_ms_ = std::min(say_every_ms_ * 2, timers.rebroadcast_cap_ms);
}

// After advance() every deadline lies ahead, or the loop that waits for it would spin.
std::optional<std::int64_t> BatchRound::next_deadline_ms(const View& view) const {
    std::optional<std::int64_t> deadline;
    const auto earliest = [&](std::int64_t steady_ms) {
        deadline = deadline ? std::min(*deadline, steady_ms) : steady_ms;
    };
    const auto at_real_ms = [&](std::int64_t real_ms) {
        return view.now.steady_ms + (real_ms - view.now.real_ms);
    };
    const auto next = view.state.next_window(cluster_);
    if (!next) return deadline;
    const bool here = next == window_;
    if (here && (own_ || spoken_ || !objections_.empty())) earliest(say_at_ms_);
    if (here && ask_at_ms_) earliest(*ask_at_ms_);
    if (here && !ask_at_ms_ && is_undecided(view)) earliest(at_real_ms(judge_at_real_ms(view)));
    if (is_parent(view) && !(own_ && here)) {
        const std::int64_t end_ms = view.state.grid().end_real_ms(*next);
        const bool ended = view.now.real_ms >= end_ms;
        const std::int64_t due = ended ? grace_ends_ms(view, end_ms) : at_real_ms(end_ms);
        earliest(std::max(build_at_ms_, due));
    }
    return deadline;
}

}  // namespace fairfeed::committee
