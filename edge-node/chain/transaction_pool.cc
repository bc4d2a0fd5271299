#include "edge-node/chain/transaction_pool.h"

#include <algorithm>

#include "core/state/accusations.h"
#include "core/state/endorsements.h"
#include "core/state/handover_rules.h"
#include "core/state/late_rules.h"

namespace fairfeed {
namespace {

// Of one culprit at once: enough for all it can still be accused of, too little to fill a pool.
constexpr std::size_t kEvidencePerCulprit = 4;
// Of one cluster: as many as its committee has proposers (paper A43); an honest one certifies once
// on one state, and what was drafted on an older state goes.
constexpr std::size_t kSettlementsPerCluster = 4;

// An accusation about a window that has not begun can wait, or is a game. Which one runs says a
// clock that is right, or roughly the chain.
bool is_near(const ClusterId& cluster, Window window, const ChainState& state, Instant now) {
    const auto next = state.next_window(cluster);
    if (next && std::int64_t{window} <= std::int64_t{*next} + 1) return true;
    return now.synchronised && window <= state.grid().window_at(now.real_ms).value_or(0);
}

// The window to settle next, or the one after, of a node whose chain is a block further.
bool is_due(const Settlement& settlement, const ChainState& state) {
    const auto next = state.next_window(settlement.cluster);
    return next && std::int64_t{settlement.window} <= std::int64_t{*next} + 1;
}

// Drafted on a state that the chain has left behind?
bool is_stale(const Settlement& settlement, const ChainState& state) {
    return settlement.state_height <= state.height &&
           !state.is_current(settlement.cluster, settlement.window, settlement.state_height);
}

bool is_committed(const Result<void, Reject>& possible) {
    return !possible && possible.error() == Reject::already_committed;
}

// Has the chain moved past this transaction? Unknown meters and clusters are not past: they may
// come.
bool is_past(const Transaction& transaction, const ChainState& state) {
    if (const auto* reading = std::get_if<SignedReading>(&transaction.content)) {
        const ReadingHeader& header = reading->header;
        const auto next = state.next_window(header.cluster);
        return !next ||
               (header.window < *next && !may_true_up(state, header.meter, header.window, *next));
    }
    if (const auto* settlement = std::get_if<Settlement>(&transaction.content)) {
        const auto next = state.next_window(settlement->cluster);
        return !next || settlement->window < *next;
    }
    if (const auto* evidence = std::get_if<Evidence>(&transaction.content))
        return is_committed(check_evidence(state, *evidence, state.height + 1, INT64_MAX));
    if (const auto* event = std::get_if<MeterAlarm>(&transaction.content))
        return is_committed(check_event(state, *event, INT64_MAX));
    if (transaction.kind == TransactionKind::handover)
        return is_committed(check_handover(state, transaction));
    return std::visit(
        [&](const auto& content) {
            if constexpr (requires { content.sequence; }) {
                return content.sequence <= state.dgmd_sequence;
            } else {
                return true;
            }
        },
        transaction.content);
}

// Nobody's fault: it came again, or the sender's chain is shorter or longer than this node's.
bool is_of_another_time(const Transaction& transaction, Reject reason) {
    switch (reason) {
        case Reject::duplicate:
        case Reject::already_committed:
        case Reject::stale_state:
            return true;
        case Reject::future_window:
            return transaction.kind == TransactionKind::settlement;
        default:
            return false;
    }
}

const VerifyKey* key_of(const Transaction& transaction, const ChainState& state,
                        std::optional<VerifyKey>& parsed) {
    if (const auto* reading = std::get_if<SignedReading>(&transaction.content)) {
        return state.meter_key(reading->header.meter);
    }
    if (const auto* event = std::get_if<MeterAlarm>(&transaction.content)) {
        return state.meter_key(event->meter);
    }
    if (const auto* evidence = std::get_if<Evidence>(&transaction.content)) {
        return key_of_culprit(state, *evidence);
    }
    if (std::holds_alternative<Settlement>(transaction.content)) {
        return state.node_key(transaction.signer);
    }
    if (transaction.kind == TransactionKind::handover) {
        parsed = key_of_sender(state, transaction);
        return parsed ? &*parsed : nullptr;
    }
    if (transaction.signer != state.genesis.dgmd) return nullptr;
    parsed = VerifyKey::from_point(state.genesis.dgmd_key);
    return parsed ? &*parsed : nullptr;
}

// Could it ever enter the chain, and soon?
Result<void, Reject> check_accusation(const Transaction& transaction, const ChainState& state,
                                      Instant now) {
    if (transaction.kind == TransactionKind::handover) return check_handover(state, transaction);
    if (const auto* event = std::get_if<MeterAlarm>(&transaction.content)) {
        if (auto possible = check_event(state, *event, INT64_MAX); !possible) return possible;
        if (!is_near(event->cluster, event->window, state, now)) {
            return unexpected(Reject::future_window);
        }
        return {};
    }
    const auto& evidence = std::get<Evidence>(transaction.content);
    if (auto possible = check_evidence(state, evidence, state.height + 1, INT64_MAX); !possible) {
        return possible;
    }
    const bool of_height =
        evidence.offence == Offence::two_votes || evidence.offence == Offence::two_proposals;
    ClusterId cluster = evidence.place.cluster;
    if (evidence.offence == Offence::two_readings) {
        cluster = state.meters.at(MeterId(evidence.culprit)).registration.cluster;
    }
    if (!of_height && !is_near(cluster, evidence.place.window, state, now)) {
        return unexpected(Reject::future_window);
    }
    return {};
}

bool is_accusation(const Transaction& transaction) {
    return transaction.kind == TransactionKind::evidence ||
           transaction.kind == TransactionKind::event ||
           transaction.kind == TransactionKind::handover;
}

// What two accusations of one culprit must differ in to be worth a place each; the smaller is the
// more urgent one.
std::uint64_t place_of(const Transaction& transaction) {
    const auto* evidence = std::get_if<Evidence>(&transaction.content);
    if (evidence == nullptr) return 0;
    const bool of_height =
        evidence->offence == Offence::two_votes || evidence->offence == Offence::two_proposals;
    return of_height ? evidence->place.height : evidence->place.window;
}

bool says_the_same(const Transaction& a, const Transaction& b) {
    if (a.kind == TransactionKind::handover) {
        return std::get<Handover>(a.content).cluster == std::get<Handover>(b.content).cluster;
    }
    const auto* one = std::get_if<Evidence>(&a.content);
    const auto* other = std::get_if<Evidence>(&b.content);
    const bool same_offence = one == nullptr || one->offence == other->offence;
    return same_offence && place_of(a) == place_of(b);
}

}  // namespace

TransactionPool::Share TransactionPool::share_of(const Transaction& transaction) {
    if (is_accusation(transaction)) return Share::accusations;
    return is_dgmd_kind(transaction.kind) ? Share::notices : Share::windows;
}

Result<void, Reject> TransactionPool::add(const Transaction& transaction, const ChainState& state,
                                          SignatureChecker& signatures, Instant now) {
    if (by_id_.contains(transaction.id)) return unexpected(Reject::duplicate);
    if (transaction.envelope.size() > kMaxBlockBytes) return unexpected(Reject::oversized);
    if (is_past(transaction, state)) return unexpected(Reject::already_committed);
    const auto* settlement = std::get_if<Settlement>(&transaction.content);
    const bool is_expected = expected_.contains(transaction.id);
    if (settlement && is_stale(*settlement, state) && !is_expected) {
        return unexpected(Reject::stale_state);
    }
    // Whether an expected one is good is for the block that lists it: it must be judged, not wait.
    if (is_accusation(transaction) && !is_expected) {
        if (auto possible = check_accusation(transaction, state, now); !possible) return possible;
    }
    if (auto room = find_room(transaction, state); !room) return room;
    const bool is_reading = transaction.kind == TransactionKind::reading;
    if (is_reading && !listed_.contains(transaction.id)) return unexpected(Reject::wrong_entries);
    std::optional<VerifyKey> parsed;
    const VerifyKey* key = key_of(transaction, state, parsed);
    if (key == nullptr) {
        return unexpected(is_reading ? Reject::unknown_meter : Reject::unknown_node);
    }
    if (auto ok = signatures.transaction(transaction, state.network, *key); !ok) return ok;
    if (is_accusation(transaction)) make_room(transaction);
    if (settlement != nullptr) {
        // One without its quorum would keep the good one, which has the same id, out.
        if (auto ok = check_endorsements(state, transaction, signatures); !ok) {
            return unexpected(ok.error().reason);
        }
        list(transaction);
    }
    by_id_.emplace(transaction.id, std::pair{next_place_++, transaction});
    ++taken_[share_of(transaction)];
    if (is_accusation(transaction)) {
        accusations_.insert(transaction.id);
        if (is_expected) guests_.insert(transaction.id);
    }
    ++revision_;
    return {};
}

// What this node asked for is always let in; else every share has its own places, so that no
// committee can keep the department's notices or an accusation out.
Result<void, Reject> TransactionPool::find_room(const Transaction& transaction,
                                                const ChainState& state) const {
    if (expected_.contains(transaction.id)) return {};
    const auto taken = taken_.find(share_of(transaction));
    if (taken != taken_.end() && taken->second >= capacity_) {
        return unexpected(Reject::too_many_transactions);
    }
    if (is_accusation(transaction)) return find_room_for_accusation(transaction);
    const auto* settlement = std::get_if<Settlement>(&transaction.content);
    if (settlement == nullptr) return {};
    if (!is_due(*settlement, state)) return unexpected(Reject::future_window);
    const auto most = static_cast<std::size_t>(state.genesis.parameters.max_block_transactions);
    if (listed_readings(*settlement).size() >= most) return unexpected(Reject::wrong_entries);
    const auto others = settlements_.find(settlement->cluster);
    if (others != settlements_.end() && others->second >= kSettlementsPerCluster) {
        return unexpected(Reject::too_many_transactions);
    }
    return {};
}

std::vector<const Transaction*> TransactionPool::accusations_of(const Transaction& like) const {
    std::vector<const Transaction*> found;
    for (const Digest& id : accusations_) {
        const Transaction& held = by_id_.at(id).second;
        if (held.kind == like.kind && held.signer == like.signer) found.push_back(&held);
    }
    return found;
}

// A block that somebody proposed may hold another accusation of the same thing: that one is let in.
Result<void, Reject> TransactionPool::find_room_for_accusation(
    const Transaction& accusation) const {
    const auto held = accusations_of(accusation);
    std::uint64_t last = 0;
    for (const Transaction* other : held) {
        if (says_the_same(*other, accusation)) return unexpected(Reject::duplicate);
        last = std::max(last, place_of(*other));
    }
    if (accusation.kind == TransactionKind::handover) return {};  // of one sender one per cluster
    if (held.size() >= kEvidencePerCulprit && place_of(accusation) >= last) {
        return unexpected(Reject::too_many_transactions);
    }
    return {};
}

void TransactionPool::make_room(const Transaction& accusation) {
    if (accusation.kind == TransactionKind::handover) return;
    const auto held = accusations_of(accusation);
    if (held.size() < kEvidencePerCulprit || expected_.contains(accusation.id)) return;
    const auto last = std::max_element(
        held.begin(), held.end(),
        [](const Transaction* a, const Transaction* b) { return place_of(*a) < place_of(*b); });
    remove_accusation((*last)->id);
}

void TransactionPool::remove_accusation(const Digest& id) {
    --taken_[Share::accusations];
    accusations_.erase(id);
    guests_.erase(id);
    by_id_.erase(id);
    ++revision_;
}

void TransactionPool::give_up(const std::vector<Digest>& ids) {
    for (const Digest& id : ids) {
        expected_.erase(id);
        if (guests_.contains(id)) remove_accusation(id);
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
    std::set<Digest> left_out;  // readings that only settlements list which are left out
    for (const bool readings : {false, true}) {
        for (const Transaction& transaction : transactions) {
            if ((transaction.kind == TransactionKind::reading) != readings) continue;
            if (left_out.contains(transaction.id) && !listed_.contains(transaction.id)) continue;
            auto added = add(transaction, state, signatures, now);
            if (added) continue;
            if (!is_of_another_time(transaction, added.error())) {
                if (result) result = added;
            } else if (const auto* settlement = std::get_if<Settlement>(&transaction.content)) {
                for (const ListedReading& listed : listed_readings(*settlement))
                    left_out.insert(listed.reading);
            }
        }
    }
    return result;
}

void TransactionPool::list(const Transaction& transaction) {
    const auto& settlement = std::get<Settlement>(transaction.content);
    ++settlements_[settlement.cluster];
    for (const ListedReading& listed : listed_readings(settlement))
        listed_.insert(listed.reading);
}

const Transaction* TransactionPool::find(const Digest& id) const {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : &found->second.second;
}

std::vector<Transaction> TransactionPool::waiting() const {
    std::vector<const std::pair<std::uint64_t, Transaction>*> places;
    places.reserve(by_id_.size());
    for (const auto& [id, place] : by_id_)
        places.push_back(&place);
    std::sort(places.begin(), places.end(),
              [](const auto* a, const auto* b) { return a->first < b->first; });
    std::vector<Transaction> out;
    out.reserve(places.size());
    for (const auto* place : places)
        out.push_back(place->second);
    return out;
}

void TransactionPool::prune(const ChainState& state) {
    expected_.clear();
    // Whoever proposed the block they came for still holds them, and announces them.
    for (const Digest& id : std::exchange(guests_, {}))
        remove_accusation(id);
    const auto dropped = std::erase_if(by_id_, [&](const auto& entry) {
        const Transaction& held = entry.second.second;
        const auto* settlement = std::get_if<Settlement>(&held.content);
        if (held.kind == TransactionKind::handover) return !check_handover(state, held).has_value();
        return is_past(held, state) || (settlement && is_stale(*settlement, state));
    });
    if (dropped == 0) return;
    ++revision_;
    listed_.clear();
    settlements_.clear();
    for (const auto& [id, place] : by_id_) {
        if (place.second.kind == TransactionKind::settlement) list(place.second);
    }
    // A late reading may outlive the settlement it came with.
    std::erase_if(by_id_, [&](const auto& entry) {
        return entry.second.second.kind == TransactionKind::reading &&
               !listed_.contains(entry.first);
    });
    std::erase_if(accusations_, [&](const Digest& id) { return !by_id_.contains(id); });
    taken_.clear();
    for (const auto& [id, place] : by_id_)
        ++taken_[share_of(place.second)];
}

}  // namespace fairfeed
