// What a member has heard and said in a round, and how long its words bind the member: across a
// restart, the next window and a change of committee. Apart from batch_round.cc, which says what is
// due when, because both together are longer than one file may be.
#include <algorithm>

#include "edge-node/committee/batch_round.h"

namespace fairfeed::committee {

void BatchRound::restore_batch(const Transaction& batch) {
    const Settlement& settlement = content_of(batch);
    window_ = settlement.window;
    next_version_ = settlement.version + 1;
    own_ = batch;
    hear(batch);
}

void BatchRound::restore_endorsement(const Endorsement& endorsement, const Signature& signature,
                                     const Transaction& batch) {
    if (window_ && *window_ != endorsement.window) return;
    window_ = endorsement.window;
    hear(batch);
    Hearing& hearing = hearings_.at(content_of(batch).slot);
    if (content_of(hearing.batch).proposer == content_of(batch).proposer)
        hearing.spoken = Spoken{endorsement, signature, content_of(batch).state_height};
    if (own_ && own_->id == endorsement.batch) endorsements_[self_] = signature;
    promise(content_of(batch));
}

// The ledger is older than what this node has signed: the ledger was lost, and is being fetched
// again. This node keeps its promises meanwhile.
bool BatchRound::is_behind(const View& view) const {
    return has_published() && window_ && view.next && *view.next < *window_;
}

// The chain decides which window is next. Whatever was said about an earlier window is over.
void BatchRound::follow_chain(const View& view) {
    if (view.next == window_) return follow_committee(view);
    window_ = view.next;
    own_.reset();
    promises_.clear();
    endorsements_.clear();
    certified_ = false;
    next_version_ = 0;
    build_at_ms_ = 0;
    std::erase_if(hearings_, [&](const auto& entry) {
        return !view.next || content_of(entry.second.batch).window < *view.next;
    });
    for (auto& [slot, hearing] : hearings_)
        hearing.older.clear();
    follow_committee(view);
}

// DGMD may give a window that nobody settles to another committee. Batches of proposers that have
// lost their slot are void then, and so are the promises made to them, because no block takes a
// batch that was drafted before the change. The version numbers of this node's batches go on: else
// this node would sign two batches of one slot and version. While a lost ledger is being fetched
// again, the state does not show the later committee yet, so batches drafted on a later state stay.
void BatchRound::follow_committee(const View& view) {
    const auto& all = members(view);
    const auto is_in_place = [&](const Settlement& said) {
        return said.slot < all.size() && all[said.slot] == said.proposer;
    };
    const auto voided = std::erase_if(hearings_, [&](const auto& entry) {
        const Hearing& hearing = entry.second;
        const Settlement& said = content_of(hearing.batch);
        return !is_in_place(said) &&
               (!hearing.spoken || is_left_behind(hearing.spoken->drafted_at, view));
    });
    const Settlement* own = own_ ? &content_of(*own_) : nullptr;
    const bool is_own_void =
        own && ((!is_in_place(*own) && is_left_behind(own->state_height, view)) ||
                !hearings_.contains(own->slot));
    if (voided == 0 && !is_own_void) return;
    std::erase_if(promises_, [&](const auto& promise) {
        return is_left_behind(promise.second.drafted_at, view);
    });
    if (!is_own_void) return;
    own_.reset();
    endorsements_.clear();
    certified_ = false;
}

// No block takes a batch any more that was drafted at this height.
bool BatchRound::is_left_behind(Height state_height, const View& view) const {
    return state_height <= view.state.height &&
           !view.state.is_current(cluster_, *window_, state_height);
}

// A round judges the newest batch of each slot only. The endorsement of an older batch still binds
// this member; objections to the older batch are dropped.
void BatchRound::hear(const Transaction& batch) {
    const auto [place, first] =
        hearings_.try_emplace(content_of(batch).slot, Hearing{.batch = batch});
    if (first) return;
    Hearing& hearing = place->second;
    const Settlement& held = content_of(hearing.batch);
    const Settlement& heard = content_of(batch);
    // Between proposers of two committees, the later committee counts. An earlier batch is as late
    // as the height that this member endorsed it at; a height that a batch only claims for itself
    // does not protect the batch.
    const Height bound_at = hearing.spoken ? hearing.spoken->drafted_at : 0;
    const bool is_of_same = heard.proposer == held.proposer;
    const bool is_newer =
        is_of_same ? std::pair(heard.window, heard.version) > std::pair(held.window, held.version)
                   : std::pair(heard.window, heard.state_height) > std::pair(held.window, bound_at);
    if (is_of_same) keep_older(hearing, is_newer ? hearing.batch : batch);
    if (!is_newer) return;
    if (!is_of_same) hearing.older.clear();
    if (heard.window != held.window || !is_of_same) hearing.spoken.reset();
    hearing.batch = batch;
    hearing.objections.clear();
    hearing.ask_at_ms.reset();
    hearing.awaited.reset();
    hearing.ask_pause_ms = 0;
}

// A proposer that says a batch of the next window has not taken back what it said of this one: a
// second batch of this window may still be on its way. Nothing is kept of windows to come, because
// a proposer may invent any number of them.
void BatchRound::keep_older(Hearing& hearing, const Transaction& batch) const {
    if (content_of(batch).window != window_) return;
    hearing.older.try_emplace(content_of(batch).version, head_of(batch));
    if (hearing.older.size() > kMostOlder) hearing.older.erase(hearing.older.begin());
}

std::size_t BatchRound::batches_heard() const {
    std::size_t sum = hearings_.size();
    for (const auto& [slot, hearing] : hearings_)
        sum += hearing.older.size();
    return sum;
}

// After a restart promises come in another order than this member made them in.
void BatchRound::promise(const Settlement& settlement) {
    for (const ListedReading& listed : listed_readings(settlement)) {
        Promise& made = promises_[{listed.meter, listed.window}];
        if (made.drafted_at <= settlement.state_height)
            made = {listed.reading, settlement.state_height};
    }
}

}  // namespace fairfeed::committee
