// The places of accusations in the transaction pool: evidence, events and handovers. Each culprit
// has a few places, so that no culprit and no accuser can fill the pool. An accusation that a
// proposed block lists is a guest: it is let in beside the places and leaves with that block.
// Remembers ids and what an accusation is about, never its body. Pure; owned by TransactionPool.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "core/base/result.h"
#include "core/model/reject.h"
#include "core/model/transaction.h"

namespace fairfeed {

class AccusationPlaces {
  public:
    // duplicate: an accusation of the same culprit says the same; too_many_transactions: all places
    // of the culprit are taken by accusations that are as urgent.
    [[nodiscard]] Result<void, Reject> find_room(const Transaction& accusation) const;
    // The least urgent accusation of the same culprit, if it must leave so that this one has a
    // place.
    [[nodiscard]] std::optional<Digest> leaves_for(const Transaction& accusation) const;
    void add(const Transaction& accusation, bool is_guest);
    void remove(const Digest& id);
    [[nodiscard]] bool is_guest(const Digest& id) const { return guests_.contains(id); }
    [[nodiscard]] const std::set<Digest>& guests() const { return guests_; }
    [[nodiscard]] std::set<Digest> ids() const;

  private:
    // What two accusations of one signer must differ in to be worth a place each.
    struct Subject {
        TransactionKind kind{};
        NodeId signer;
        ClusterId cluster;               // of a handover
        std::optional<Offence> offence;  // of evidence
        // Evidence of a lower place is more urgent: the window or, of votes and proposals, the
        // height that the offence is about.
        std::uint64_t place = 0;
    };
    [[nodiscard]] static Subject subject_of(const Transaction& accusation);
    [[nodiscard]] static bool is_the_same(const Subject& a, const Subject& b);
    // Of the same kind and signer as this one.
    [[nodiscard]] std::vector<std::pair<Digest, Subject>> like(const Subject& subject) const;

    std::map<Digest, Subject> held_;
    std::set<Digest> guests_;
};

}  // namespace fairfeed
