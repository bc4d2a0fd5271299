#include "edge-node/transaction_pool.h"

#include <algorithm>

#include "core/contract/late_rules.h"

namespace fairfeed {
namespace {

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

const VerifyKey* key_of(const Transaction& transaction, const ChainState& state,
                        std::optional<VerifyKey>& parsed) {
    if (const auto* reading = std::get_if<SignedReading>(&transaction.content)) {
        return state.meter_key(reading->header.meter);
    }
    if (std::holds_alternative<Settlement>(transaction.content)) {
        return state.node_key(transaction.signer);
    }
    if (transaction.signer != state.genesis.dgmd) return nullptr;
    parsed = VerifyKey::from_point(state.genesis.dgmd_key);
    return parsed ? &*parsed : nullptr;
}

// A settlement without its quorum would keep the good one, which has the same id, out: the
// witnesses are held against the same rules as in a block.
Result<void, Reject> check_endorsements(const Transaction& transaction,
                                        const Settlement& settlement, const ChainState& state,
                                        SignatureChecker& signatures) {
    const Endorsement endorsement{settlement.cluster, settlement.window, settlement.version,
                                  transaction.id};
    const auto* committee = state.committee_of(settlement.cluster, settlement.window);
    if (committee == nullptr) return unexpected(Reject::wrong_cluster);
    const std::vector<Witness>& witnesses = transaction.endorsements;
    if (witnesses.size() < state.quorum_of(settlement.cluster, settlement.window)) {
        return unexpected(Reject::no_quorum);
    }
    for (std::size_t i = 0; i < witnesses.size(); ++i) {
        const auto& members = committee->members;
        if (std::find(members.begin(), members.end(), witnesses[i].node) == members.end()) {
            return unexpected(Reject::not_a_member);
        }
        if (i > 0 && !(witnesses[i - 1].node < witnesses[i].node)) {
            return unexpected(Reject::not_canonical);
        }
    }
    for (const Witness& witness : witnesses) {
        const VerifyKey* key = state.node_key(witness.node);
        if (key == nullptr) return unexpected(Reject::unknown_node);
        if (auto ok = signatures.endorsement(endorsement, witness, state.network, *key); !ok) {
            return ok;
        }
    }
    return {};
}

}  // namespace

Result<void, Reject> TransactionPool::add(const Transaction& transaction, const ChainState& state,
                                          SignatureChecker& signatures) {
    if (by_id_.contains(transaction.id)) return unexpected(Reject::duplicate);
    if (is_past(transaction, state)) return unexpected(Reject::already_committed);
    if (by_id_.size() >= capacity_) return unexpected(Reject::too_many_transactions);
    const bool is_reading = transaction.kind == TransactionKind::reading;
    if (is_reading && !listed_.contains(transaction.id)) return unexpected(Reject::wrong_entries);
    std::optional<VerifyKey> parsed;
    const VerifyKey* key = key_of(transaction, state, parsed);
    if (key == nullptr) {
        return unexpected(is_reading ? Reject::unknown_meter : Reject::unknown_node);
    }
    if (auto ok = signatures.transaction(transaction, state.network, *key); !ok) return ok;
    if (const auto* settlement = std::get_if<Settlement>(&transaction.content)) {
        if (auto ok = check_endorsements(transaction, *settlement, state, signatures); !ok) {
            return ok;
        }
        list(*settlement);
    }
    by_id_.emplace(transaction.id, std::pair{next_place_++, transaction});
    ++revision_;
    return {};
}

Result<void, Reject> TransactionPool::add_all(const std::vector<Transaction>& transactions,
                                              const ChainState& state,
                                              SignatureChecker& signatures) {
    Result<void, Reject> result;
    for (const bool readings : {false, true}) {
        for (const Transaction& transaction : transactions) {
            if ((transaction.kind == TransactionKind::reading) != readings) continue;
            auto added = add(transaction, state, signatures);
            const bool known = !added && (added.error() == Reject::duplicate ||
                                          added.error() == Reject::already_committed);
            if (!added && !known) result = added;
        }
    }
    return result;
}

void TransactionPool::list(const Settlement& settlement) {
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
    const auto dropped = std::erase_if(
        by_id_, [&](const auto& entry) { return is_past(entry.second.second, state); });
    if (dropped == 0) return;
    ++revision_;
    listed_.clear();
    for (const auto& [id, place] : by_id_) {
        const auto* settlement = std::get_if<Settlement>(&place.second.content);
        if (settlement != nullptr) list(*settlement);
    }
    // A late reading may outlive the settlement it came with.
    std::erase_if(by_id_, [&](const auto& entry) {
        return entry.second.second.kind == TransactionKind::reading &&
               !listed_.contains(entry.first);
    });
}

}  // namespace fairfeed
