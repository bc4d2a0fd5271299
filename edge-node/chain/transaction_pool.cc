#include "edge-node/chain/transaction_pool.h"

#include <algorithm>

#include "core/state/endorsements.h"
#include "core/state/handover_rules.h"
#include "core/state/office_rules.h"
#include "edge-node/chain/pool_rules.h"

namespace fairfeed {

TransactionPool::Compartment TransactionPool::compartment_of(const Transaction& transaction) {
    if (pool::is_accusation(transaction)) return Compartment::accusations;
    if (is_by_policy(transaction)) return Compartment::by_policy;
    return is_dgmd_kind(transaction.kind) ? Compartment::notices : Compartment::windows;
}

std::size_t TransactionPool::places_of(Compartment compartment) const {
    return compartment == Compartment::by_policy ? std::min<std::size_t>(capacity_, kMaxPerWeek)
                                                 : capacity_;
}

Result<void, Reject> TransactionPool::add(const Transaction& transaction, const ChainState& state,
                                          SignatureChecker& signatures, Instant now) {
    if (by_id_.contains(transaction.id)) return unexpected(Reject::duplicate);
    if (transaction.envelope.size() > max_block_bytes(state.genesis.parameters)) {
        return unexpected(Reject::oversized);
    }
    if (pool::is_past(transaction, state)) return unexpected(Reject::already_committed);
    const auto* settlement = std::get_if<Settlement>(&transaction.content);
    const bool is_accusation = pool::is_accusation(transaction);
    const bool is_expected = expected_.contains(transaction.id);
    if (settlement && pool::is_stale(*settlement, state) && !is_expected) {
        return unexpected(Reject::stale_state);
    }
    // An expected accusation is let in unchecked: the block that lists it must be judged, and that
    // block's execution checks the accusation.
    if (is_accusation && !is_expected) {
        if (auto possible = pool::check_accusation(transaction, state, now); !possible)
            return possible;
    }
    if (auto room = find_room(transaction, state); !room) return room;
    const bool is_reading = transaction.kind == TransactionKind::reading;
    if (is_reading && !windows_.lists(transaction.id)) return unexpected(Reject::wrong_entries);
    if (auto ok = pool::check_signature(transaction, state, signatures); !ok) return ok;
    if (auto ok = check_witnesses(transaction, state, signatures); !ok) return ok;
    if (settlement != nullptr) windows_.add(*settlement);
    const bool is_notice = is_dgmd_kind(transaction.kind);
    if (is_notice || transaction.signer == state.genesis.dgmd)
        signers_ = {state.office.office, state.dgmd.keys};
    if (is_notice) notices_.insert(transaction.id);
    if (is_accusation) {
        const auto leaves =
            is_expected ? std::optional<Digest>{} : accusations_.leaves_for(transaction);
        if (leaves) remove_accusation(*leaves);
        accusations_.add(transaction, is_expected);
    }
    by_id_.emplace(transaction.id, std::pair{next_arrival_++, transaction});
    ++taken_[compartment_of(transaction)];
    ++revision_;
    return {};
}

// An id leaves the witnesses open: a settlement without its quorum, or a notice without its
// approvals, would keep the good one of the same id out.
Result<void, Reject> TransactionPool::check_witnesses(const Transaction& transaction,
                                                      const ChainState& state,
                                                      SignatureChecker& signatures) const {
    if (is_dgmd_kind(transaction.kind)) return check_approvals(state, transaction, signatures);
    if (transaction.kind != TransactionKind::settlement) return {};
    if (auto ok = check_endorsements(state, transaction, signatures); !ok) {
        return unexpected(ok.error().reason);
    }
    return {};
}

// A transaction that this node asked for is always let in. For all others every compartment has its
// own places: no committee can keep DGMD's notices or an accusation out.
Result<void, Reject> TransactionPool::find_room(const Transaction& transaction,
                                                const ChainState& state) const {
    if (expected_.contains(transaction.id)) return {};
    const auto taken = taken_.find(compartment_of(transaction));
    if (taken != taken_.end() && taken->second >= places_of(taken->first)) {
        return unexpected(Reject::too_many_transactions);
    }
    if (pool::is_accusation(transaction)) return accusations_.find_room(transaction);
    const auto* settlement = std::get_if<Settlement>(&transaction.content);
    if (settlement == nullptr) return {};
    return windows_.find_room(*settlement, state);
}

void TransactionPool::remove_accusation(const Digest& id) {
    --taken_[Compartment::accusations];
    accusations_.remove(id);
    by_id_.erase(id);
    ++revision_;
}

void TransactionPool::give_up(const std::vector<Digest>& ids) {
    for (const Digest& id : ids) {
        expected_.erase(id);
        if (accusations_.is_guest(id)) remove_accusation(id);
    }
}

void TransactionPool::expect(const std::vector<Digest>& ids) {
    expected_.insert(ids.begin(), ids.end());
}

void TransactionPool::expect(const std::vector<Transaction>& bodies) {
    for (const Transaction& body : bodies)
        expected_.insert(body.id);
}

Result<void, Reject> TransactionPool::add_all(const std::vector<Transaction>& transactions,
                                              const ChainState& state, SignatureChecker& signatures,
                                              Instant now) {
    Result<void, Reject> result;
    std::set<Digest> left_out;  // readings of the settlements that are left out
    for (const bool readings : {false, true}) {
        for (const Transaction& transaction : transactions) {
            if ((transaction.kind == TransactionKind::reading) != readings) continue;
            if (left_out.contains(transaction.id) && !windows_.lists(transaction.id)) continue;
            auto added = add(transaction, state, signatures, now);
            if (added) continue;
            if (!pool::is_of_another_time(transaction, added.error())) {
                if (result) result = added;
            } else if (const auto* settlement = std::get_if<Settlement>(&transaction.content)) {
                for (const ListedReading& listed : listed_readings(*settlement))
                    left_out.insert(listed.reading);
            }
        }
    }
    return result;
}

const Transaction* TransactionPool::find(const Digest& id) const {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : &found->second.second;
}

std::vector<const Transaction*> TransactionPool::waiting() const {
    std::vector<const std::pair<std::uint64_t, Transaction>*> arrivals;
    arrivals.reserve(by_id_.size());
    for (const auto& [id, arrival] : by_id_)
        arrivals.push_back(&arrival);
    std::sort(arrivals.begin(), arrivals.end(),
              [](const auto* a, const auto* b) { return a->first < b->first; });
    std::vector<const Transaction*> out;
    out.reserve(arrivals.size());
    for (const auto* arrival : arrivals)
        out.push_back(&arrival->second);
    return out;
}

void TransactionPool::prune(const ChainState& state) {
    expected_.clear();
    // The proposer of the block that brought a guest still holds the guest, and announces it.
    const std::set<Digest> guests = accusations_.guests();
    for (const Digest& id : guests)
        remove_accusation(id);
    const bool others_sign =
        signers_ && *signers_ != NoticeSigners{state.office.office, state.dgmd.keys};
    if (others_sign) signers_.reset();
    const auto dropped = std::erase_if(by_id_, [&](const auto& entry) {
        const Transaction& held = entry.second.second;
        if (others_sign && is_dgmd_kind(held.kind)) return true;
        const auto* settlement = std::get_if<Settlement>(&held.content);
        if (held.kind == TransactionKind::handover) {
            // One under DGMD's old key would keep the place of one under the new key.
            const bool is_by_old_key = others_sign && held.signer == state.genesis.dgmd;
            return is_by_old_key || !check_handover(state, held).has_value();
        }
        return pool::is_past(held, state) || (settlement && pool::is_stale(*settlement, state));
    });
    if (dropped == 0) return;
    ++revision_;
    count_again();
}

void TransactionPool::count_again() {
    windows_.clear();
    for (const auto& [id, arrival] : by_id_) {
        const auto* settlement = std::get_if<Settlement>(&arrival.second.content);
        if (settlement != nullptr) windows_.add(*settlement);
    }
    // A late reading is not past when the settlement that brought it is: it leaves here.
    std::erase_if(by_id_, [&](const auto& entry) {
        return entry.second.second.kind == TransactionKind::reading && !windows_.lists(entry.first);
    });
    for (const Digest& id : accusations_.ids())
        if (!by_id_.contains(id)) accusations_.remove(id);
    std::erase_if(notices_, [&](const Digest& id) { return !by_id_.contains(id); });
    taken_.clear();
    for (const auto& [id, arrival] : by_id_)
        ++taken_[compartment_of(arrival.second)];
}

}  // namespace fairfeed
