#include "edge-node/committee/batch_round.h"

#include <algorithm>

#include "core/wire/transaction_codec.h"
#include "edge-node/intake/reading_rules.h"

namespace fairfeed::committee {
namespace {

constexpr std::int64_t kLookPauseMs = 20;  // well below a vote's patience

std::size_t held_in(const View& view, Window window) {
    const auto held = view.held.find(window);
    return held != view.held.end() ? held->second.size() : 0;
}

const Timers& timers_of(const View& view) {
    return view.state.genesis.parameters.timers;
}

}  // namespace

BatchRound::BatchRound(ClusterId cluster, NodeId self, const Signer& signer, RandomSource random)
    : cluster_(std::move(cluster)),
      self_(std::move(self)),
      signer_(signer),
      random_(std::move(random)) {}

std::vector<Effect> BatchRound::advance(const View& view) {
    Effects effects;
    if (is_behind(view)) return effects;
    follow_chain(view);
    if (!window_) return effects;
    if (const auto slot = own_slot(view)) {
        const bool stale =
            own_ && !view.state.is_current(cluster_, *window_, content_of(*own_).state_height);
        if (stale || (own_ && !has_endorsed_own() && has_outgrown_own(view)) ||
            (!own_ && view.now.steady_ms >= build_due_ms(*slot, view))) {
            build(*slot, view, effects);
        }
    }
    for (auto& [slot, hearing] : hearings_)
        consider(hearing, view, effects);
    count(view, effects);
    rebroadcast(view, effects);
    return effects;
}

// Of the committee that governs the window being settled. A committee that is effective later waits
// for its first window.
const std::vector<NodeId>& BatchRound::members(const View& view) const {
    const Window latest = UINT32_MAX;
    const auto* committee = view.state.committee_of(cluster_, view.next.value_or(latest));
    CHECK(committee != nullptr);
    return committee->members;
}

std::optional<std::uint32_t> BatchRound::own_slot(const View& view) const {
    const auto& all = members(view);
    const auto found = std::find(all.begin(), all.end(), self_);
    if (found == all.end()) return std::nullopt;
    return static_cast<std::uint32_t>(found - all.begin());
}

std::int64_t BatchRound::ended_ms(const View& view) const {
    return view.now.steady_ms + view.state.grid().end_real_ms(*view.next) - view.now.real_ms;
}

// Grace is time in which this node could have heard a meter. A node that was down, or cut off from
// its own broker, grants the grace anew; else a blackout would turn every reading of its window
// into an estimate.
std::int64_t BatchRound::grace_ends_ms(const View& view) const {
    if (view.heard_from_ms == kDeaf) return kDeaf;
    return std::max(ended_ms(view), view.heard_from_ms) + timers_of(view).grace_ms;
}

bool BatchRound::has_every_reading(const View& view) const {
    const auto held = view.held.find(*view.next);
    return roll_call_.is_complete(view.state, cluster_, *view.next,
                                  held != view.held.end() ? &held->second : nullptr);
}

// The parent builds as soon as no meter is missing. Slot k opens k slots after the grace (rule 6).
std::int64_t BatchRound::build_due_ms(std::uint32_t slot, const View& view) const {
    if (slot == 0 && has_every_reading(view)) return std::max(ended_ms(view), build_at_ms_);
    const std::int64_t grace_ms = grace_ends_ms(view);
    if (grace_ms == kDeaf) return kDeaf;
    return std::max(grace_ms + slot * timers_of(view).slot_ms, build_at_ms_);
}

void BatchRound::build(std::uint32_t slot, const View& view, Effects& effects) {
    // A draft that fails is tried again later: only new input can change the outcome.
    build_at_ms_ = view.now.steady_ms + timers_of(view).rebroadcast_ms;
    const auto draft = view.accounts.draft(view.state, *window_, view.held);
    if (!draft) return;
    const auto settlement = view.accounts.seal(view.state, *window_, *draft, self_, next_version_,
                                               slot, view.keys, random_);
    if (!settlement) return;
    own_ = make_batch(*settlement, view.state.network, signer_);
    drafted_at_ = view.state.height;
    ++next_version_;
    endorsements_.clear();
    certified_ = false;
    hear(*own_);
    effects.push_back(PersistBatch{*own_});
    effects.push_back(SendBatch{*own_});
    schedule_rebroadcast(view);
}

// The batch is of the window at hand, and this member has neither endorsed it nor objected to it.
bool BatchRound::is_undecided(const Hearing& hearing, const View& view) const {
    const Settlement& settlement = content_of(hearing.batch);
    if (settlement.window != window_ || settlement.state_height > view.state.height) return false;
    if (hearing.spoken && hearing.spoken->endorsement.batch == hearing.batch.id) return false;
    return hearing.objections.empty();
}

// A window must have ended. A batch that calls meters missing also waits for the grace of this
// member to end: else a hasty proposer could turn readings that are on their way into estimates.
std::int64_t BatchRound::judge_due_ms(const Hearing& hearing, const View& view) const {
    const std::int64_t ended = ended_ms(view) - intake::kFutureToleranceMs;
    if (is_complete(content_of(hearing.batch))) return ended;
    return std::max(ended, grace_ends_ms(view));
}

// To look at a batch takes as long as the cluster is large. While its readings are still arriving,
// hundreds in a second, the batch is looked at again when the last missing one is there, or after a
// pause.
bool BatchRound::is_waiting(const Hearing& hearing, const View& view) const {
    return hearing.awaited && view.now.steady_ms < hearing.look_at_ms &&
           !holds(*hearing.awaited, view, promises_);
}

void BatchRound::consider(Hearing& hearing, const View& view, Effects& effects) {
    if (is_waiting(hearing, view)) return;
    const auto ask_at_ms = std::exchange(hearing.ask_at_ms, std::nullopt);
    hearing.awaited.reset();
    if (!is_undecided(hearing, view)) return;
    const Settlement& settlement = content_of(hearing.batch);
    // An objection about a reading that the batch withholds waits for no grace (rule 5).
    for (const OpenedReading* withheld : readings_withheld(settlement, view)) {
        object(hearing, Reject::reading_withheld, withheld->reading.envelope, view, effects);
    }
    if (!hearing.objections.empty()) return;
    if (view.now.steady_ms < judge_due_ms(hearing, view)) return;
    if (const auto place = judge_place(settlement, view); !place) {
        object(hearing, place.error(), {}, view, effects);
        return;
    }
    if (const auto missing = readings_not_held(settlement, view, promises_); !missing.empty()) {
        hearing.ask_at_ms = ask_at_ms;
        ask(hearing, missing, view, effects);
        hearing.awaited = missing.back();
        hearing.held_then = held_in(view, settlement.window);
        hearing.look_at_ms = std::min(view.now.steady_ms + kLookPauseMs, *hearing.ask_at_ms);
        return;
    }
    if (const auto verdict = judge(hearing.batch, view); !verdict) {
        object(hearing, verdict.error(), contradicting_reading(settlement, view), view, effects);
        return;
    }
    endorse(hearing, view, effects);
    count(view, effects);
}

// A batch that this member has just drafted is as this member computes it.
Result<void, Reject> BatchRound::judge(const Transaction& batch, const View& view) const {
    if (auto kept = judge_promises(content_of(batch), view, promises_); !kept) return kept;
    const bool is_own_draft = own_ && own_->id == batch.id && drafted_at_ == view.state.height;
    return is_own_draft ? Result<void, Reject>{} : judge_arithmetic(content_of(batch), view);
}

void BatchRound::ask(Hearing& hearing, const std::vector<ListedReading>& missing, const View& view,
                     Effects& effects) {
    if (hearing.ask_at_ms && view.now.steady_ms < *hearing.ask_at_ms) return;
    // The pause between questions doubles, because an answer may be a megabyte.
    hearing.ask_pause_ms = std::clamp(hearing.ask_pause_ms * 2, timers_of(view).rebroadcast_ms,
                                      timers_of(view).rebroadcast_cap_ms);
    hearing.ask_at_ms = view.now.steady_ms + hearing.ask_pause_ms;
    const NodeId& proposer = content_of(hearing.batch).proposer;
    if (proposer == self_) return;
    AskForReadings question{proposer, {}};
    for (const ListedReading& listed : missing)
        question.readings.push_back(listed.reading);
    effects.push_back(std::move(question));
}

void BatchRound::object(Hearing& hearing, Reject reason, Bytes reading, const View& view,
                        Effects& effects) {
    const Endorsement about = endorsement_of(hearing.batch);
    hearing.objections.push_back({about.cluster, about.window, about.version, about.batch,
                                  std::string(to_string(reason)), std::move(reading)});
    effects.push_back(SendObjection{hearing.objections.back()});
    schedule_rebroadcast(view);
}

void BatchRound::endorse(Hearing& hearing, const View& view, Effects& effects) {
    const Endorsement endorsement = endorsement_of(hearing.batch);
    const Signature signature =
        signer_.sign(endorsement_to_be_signed(endorsement, self_, view.state.network));
    promise(content_of(hearing.batch));
    hearing.spoken = Spoken{endorsement, signature, content_of(hearing.batch).state_height};
    if (own_ && own_->id == endorsement.batch) endorsements_[self_] = signature;
    effects.push_back(PersistEndorsement{endorsement, signature, hearing.batch});
    effects.push_back(SendEndorsement{endorsement, signature});
    schedule_rebroadcast(view);
}

void BatchRound::count(const View& view, Effects& effects) {
    if (!own_ || certified_) return;
    if (endorsements_.size() < view.state.quorum_of(cluster_, *window_)) return;
    if (!readings_not_held(content_of(*own_), view, promises_).empty()) return;
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
    const auto& all = members(view);
    if (settlement->slot >= all.size() || settlement->proposer != all[settlement->slot] ||
        sender != settlement->proposer || batch.signer != settlement->proposer) {
        return unexpected(Reject::wrong_proposer);
    }
    if (!view.next || settlement->window < *view.next) {
        return unexpected(Reject::already_committed);
    }
    const auto held = hearings_.find(settlement->slot);
    if (held != hearings_.end() && held->second.batch.id == batch.id) return Effects{};
    if (is_behind(view)) return Effects{};
    if (auto sound = judge_lists(*settlement, view); !sound) return unexpected(sound.error());
    const VerifyKey* key = view.state.node_key(sender);
    if (key == nullptr) return unexpected(Reject::unknown_node);
    if (auto valid = verify_transaction(batch, view.state.network, *key); !valid) {
        return unexpected(valid.error());
    }
    hear(batch);
    if (hearings_.at(settlement->slot).batch.id != batch.id) {
        return unexpected(Reject::wrong_entries);  // the proposer said a newer one, or another one
    }
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
    if (!has_outgrown_own(view)) return effects;
    const std::uint32_t slot = content_of(*own_).slot;
    build(slot, view, effects);
    consider(hearings_.at(slot), view, effects);
    return effects;
}

// An endorsement of an older version of the own batch does not count.
bool BatchRound::has_endorsed_own() const {
    const auto& spoken = hearings_.at(content_of(*own_).slot).spoken;
    return spoken && spoken->endorsement.batch == own_->id;
}

// This node holds a usable reading that its own batch does not list, or lists another reading in
// the place of. No other member would endorse that batch.
bool BatchRound::has_outgrown_own(const View& view) const {
    return !readings_withheld(content_of(*own_), view).empty();
}

const Transaction* BatchRound::rival(const Transaction& batch) const {
    const Settlement& said = content_of(batch);
    const auto heard = hearings_.find(said.slot);
    if (heard == hearings_.end()) return nullptr;
    const auto contradicts = [&](const Transaction& other) {
        const Settlement& place = content_of(other);
        return other.id != batch.id && said.cluster == place.cluster &&
               said.window == place.window && said.version == place.version;
    };
    const Hearing& hearing = heard->second;
    if (contradicts(hearing.batch)) return &hearing.batch;
    const auto older = hearing.older.find(said.version);
    return older != hearing.older.end() && contradicts(older->second) ? &older->second : nullptr;
}

// This member said something new, so the back-off begins anew.
void BatchRound::schedule_rebroadcast(const View& view) {
    rebroadcast_every_ms_ = timers_of(view).rebroadcast_ms;
    rebroadcast_at_ms_ = view.now.steady_ms + rebroadcast_every_ms_;
}

bool BatchRound::has_published() const {
    return own_ || std::any_of(hearings_.begin(), hearings_.end(), [](const auto& entry) {
               return entry.second.spoken || !entry.second.objections.empty();
           });
}

// R13 for the committee: this member repeats what it said until a block has the window. A batch is
// as long as its cluster is large, and is repeated only until enough members stand behind it: the
// others have no use for it, because the group that it becomes is announced and pulled.
void BatchRound::rebroadcast(const View& view, Effects& effects) {
    if (!has_published() || view.now.steady_ms < rebroadcast_at_ms_) return;
    const Timers& timers = timers_of(view);
    if (rebroadcast_every_ms_ == 0) rebroadcast_every_ms_ = timers.rebroadcast_ms;
    if (own_ && !certified_) effects.push_back(SendBatch{*own_});
    for (const auto& [slot, hearing] : hearings_) {
        if (hearing.spoken) {
            effects.push_back(
                SendEndorsement{hearing.spoken->endorsement, hearing.spoken->signature});
        }
        for (const Objection& objection : hearing.objections) {
            effects.push_back(SendObjection{objection});
        }
    }
    rebroadcast_at_ms_ = view.now.steady_ms + rebroadcast_every_ms_;
    rebroadcast_every_ms_ = std::min(rebroadcast_every_ms_ * 2, timers.rebroadcast_cap_ms);
}

// After advance() every deadline lies ahead; else the loop that waits for a deadline would spin.
std::optional<std::int64_t> BatchRound::next_deadline_ms(const View& view) const {
    std::optional<std::int64_t> deadline;
    const auto earliest = [&](std::int64_t steady_ms) {
        if (steady_ms == kDeaf) return;
        deadline = deadline ? std::min(*deadline, steady_ms) : steady_ms;
    };
    if (!view.next || is_behind(view)) return deadline;
    const bool here = view.next == window_;
    if (here && has_published()) earliest(rebroadcast_at_ms_);
    for (const auto& [slot, hearing] : hearings_) {
        if (!here) break;
        const bool has_more =
            hearing.awaited && held_in(view, content_of(hearing.batch).window) != hearing.held_then;
        if (has_more) earliest(hearing.look_at_ms);
        if (hearing.ask_at_ms) {
            earliest(*hearing.ask_at_ms);
        } else if (is_undecided(hearing, view)) {
            earliest(judge_due_ms(hearing, view));
        }
    }
    if (const auto slot = own_slot(view); slot && !(own_ && here)) {
        earliest(build_due_ms(*slot, view));
    }
    return deadline;
}

}  // namespace fairfeed::committee
